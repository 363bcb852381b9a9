import type { ReactElement } from 'react'

export type SparklineProps = {
  /** What the line says in words, such as `price: 0.010 to 0.014 HBD`. */
  readonly title: string
  readonly values: readonly number[]
}

const size = { width: 120, height: 28, edge: 2 } as const

/** How something went, as small as a word. */
export function Sparkline({ title, values }: SparklineProps): ReactElement {
  return (
    <svg
      role="img"
      aria-label={title}
      viewBox={`0 0 ${size.width} ${size.height}`}
      className="h-7 w-30 overflow-visible"
    >
      <polyline
        points={sparkPoints(values)}
        fill="none"
        strokeWidth="1.5"
        strokeLinejoin="round"
        className="stroke-accent"
      />
    </svg>
  )
}

/** Corners of the line within its box; one value is a level line. */
export function sparkPoints(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const level = values.length === 1 ? [...values, ...values] : values
  const step = (size.width - 2 * size.edge) / Math.max(level.length - 1, 1)
  const tall = size.height - 2 * size.edge
  const heightOf = (value: number): number =>
    high === low ? size.height / 2 : size.edge + (1 - (value - low) / (high - low)) * tall
  return level
    .map((value, index) => `${(size.edge + index * step).toFixed(1)},${heightOf(value).toFixed(1)}`)
    .join(' ')
}
