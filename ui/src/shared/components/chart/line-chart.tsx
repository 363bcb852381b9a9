import { CatchBoundary } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { lazy, Suspense } from 'react'
import { ensureValidLanguage } from '#ui/shared/valid-language.ts'

export type Line = {
  readonly name: string
  /** One for each moment; null where nothing is known. */
  readonly values: readonly (number | null)[]
  /** How sure it is: drawn as a ground behind the line. */
  readonly low?: readonly (number | null)[]
  readonly high?: readonly (number | null)[]
}

export type LineChartProps = {
  /** What is shown, for those who do not see it too. */
  readonly title: string
  /** Moments in seconds since 1970, ascending. */
  readonly at: readonly number[]
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  readonly height?: number
  /** Told which of the moments is clicked at. The same has to be reachable elsewhere: a canvas has no keyboard. */
  readonly onPick?: ((index: number) => void) | undefined
}

const Canvas = lazy(async () => {
  ensureValidLanguage()
  const { LineCanvas } = await import('./line-canvas.tsx')
  return { default: LineCanvas }
})

function Undrawn(): ReactElement {
  return (
    <p className="text-muted">The chart cannot be drawn in this browser; its table is below.</p>
  )
}

const dayOf = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ')

/** Values over time, drawn by a chunk of its own, and the same as a table. */
export function LineChart(props: LineChartProps): ReactElement {
  const { title, at, lines, format, height = 220 } = props
  const textOf = (value: number | null | undefined): string => (value == null ? '–' : format(value))
  return (
    <figure className="min-w-0">
      <div aria-hidden="true" style={{ minHeight: height }}>
        <CatchBoundary getResetKey={() => title} errorComponent={Undrawn}>
          <Suspense>
            <Canvas {...props} height={height} />
          </Suspense>
        </CatchBoundary>
      </div>
      <figcaption>
        {lines.length > 1 && <Legend lines={lines} />}
        <details className="text-sm text-muted">
          <summary className="cursor-pointer py-1">{title} as a table</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <section aria-label={title} tabIndex={0} className="mt-1 max-h-64 overflow-auto">
            <table className="w-full text-left tabular-nums">
              <thead>
                <tr>
                  <th className="py-1 pr-4 font-medium">Time (UTC)</th>
                  {lines.map(({ name }) => (
                    <th key={name} className="py-1 pr-4 font-medium">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {at.map((moment, index) => (
                  <tr key={moment}>
                    <td className="py-0.5 pr-4">{dayOf(moment)}</td>
                    {lines.map(({ name, values }) => (
                      <td key={name} className="py-0.5 pr-4">
                        {textOf(values[index])}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </details>
      </figcaption>
    </figure>
  )
}

/** Which colour is whose, in the order in which they are drawn. */
const swatches = ['bg-(--chart-1)', 'bg-(--chart-2)', 'bg-(--chart-3)']

function Legend({ lines }: Pick<LineChartProps, 'lines'>): ReactElement {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 py-1 text-sm">
      {lines.map(({ name }, index) => (
        <li key={name} className="inline-flex items-center gap-2">
          <span
            aria-hidden="true"
            className={`h-0.5 w-4 rounded ${swatches[index % swatches.length]}`}
          />
          {name}
        </li>
      ))}
    </ul>
  )
}
