import type { ReactElement } from 'react'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Line, LineChartProps } from './line-chart.tsx'

const axisFont = '12px system-ui, sans-serif'
/** All that is drawn is counted in whole units: half of one would be written as its neighbour. */
const wholeSteps = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat()

/** Draws lines on a canvas as wide as its place, anew when the data, the place or the colours change. */
export function LineCanvas(props: LineChartProps): ReactElement {
  const { at, lines, format, height = 220, onPick } = props
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    let plot: uPlot | null = null
    const draw = (): void => {
      plot?.destroy()
      const size = { width: element.clientWidth, height }
      plot = new uPlot(
        { ...optionsOf(lines, format, colours()), ...size },
        dataOf(at, lines),
        element,
      )
    }
    draw()
    const theme = matchMedia('(prefers-color-scheme: dark)')
    theme.addEventListener('change', draw)
    const watch = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    const pick = (): void => {
      const index = plot?.cursor.idx
      if (index !== null && index !== undefined) onPick?.(index)
    }
    element.addEventListener('click', pick)
    return () => {
      theme.removeEventListener('change', draw)
      watch.disconnect()
      element.removeEventListener('click', pick)
      plot?.destroy()
    }
  }, [at, lines, format, height, onPick])
  return <div ref={place} className="w-full overflow-hidden" />
}

type Colours = { readonly line: string; readonly text: string; readonly series: readonly string[] }

function colours(): Colours {
  const style = getComputedStyle(document.documentElement)
  const colourOf = (name: string): string => style.getPropertyValue(name).trim()
  return {
    line: colourOf('--line'),
    text: colourOf('--muted'),
    series: ['--chart-1', '--chart-2', '--chart-3'].map(colourOf),
  }
}

/** Each line, and behind it its two borders, which are not drawn themselves. */
function dataOf(at: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  const columns = lines.flatMap(({ values, low = values, high = values }) => [values, low, high])
  return [[...at], ...columns.map((column) => [...column])]
}

function optionsOf(
  lines: readonly Line[],
  format: LineChartProps['format'],
  { line, text, series }: Colours,
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = {
    stroke: text,
    font: axisFont,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  }
  const colourOf = (index: number): string => series[index % series.length] ?? text
  return {
    axes: [axis, { ...axis, size: 84, incrs: wholeSteps, values: (_, ticks) => ticks.map(format) }],
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    bands: lines.map((_, index) => ({
      series: [index * 3 + 3, index * 3 + 2],
      fill: `color-mix(in srgb, ${colourOf(index)} 18%, transparent)`,
    })),
    series: [
      {},
      ...lines.flatMap(({ name }, index) => [
        {
          ...{ label: name, stroke: colourOf(index), width: 2 },
          points: { show: true, size: 5, fill: colourOf(index), filter: standAlone },
        },
        { show: true, stroke: 'transparent', points: { show: false } },
        { show: true, stroke: 'transparent', points: { show: false } },
      ]),
    ],
  }
}

/** Values without a neighbour, which no line leads to. */
function standAlone(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? []
  return [...values.keys()].filter(
    (index) => values[index] != null && values[index - 1] == null && values[index + 1] == null,
  )
}
