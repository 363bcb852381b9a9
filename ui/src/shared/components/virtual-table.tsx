import { useWindowVirtualizer } from '@tanstack/react-virtual'
import type { CSSProperties, KeyboardEvent, ReactElement } from 'react'
import { useEffect, useRef } from 'react'
import type { Column } from './virtual-row.tsx'
import { lookOfCell, rowLook, VirtualRow } from './virtual-row.tsx'

export type VirtualTableProps<Row> = {
  readonly label: string
  /** The first one's cell holds the link that the row is opened by. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Called when the end comes near: there may be more to ask for. */
  readonly onEnd?: () => void
}

const rowPixels = 48
const beyond = 8

/** A table of any length that draws what is on the screen. Arrow keys go from row to row. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>): ReactElement {
  const { label, columns, rows, keyOf, onEnd } = props
  const body = useRef<HTMLDivElement>(null)
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowPixels,
    overscan: beyond,
    scrollMargin: body.current?.offsetTop ?? 0,
  })
  const drawn = virtual.getVirtualItems()
  const isAtEnd = (drawn.at(-1)?.index ?? -1) >= rows.length - beyond - 1
  useEffect(() => {
    if (isAtEnd && rows.length > 0) onEnd?.()
  }, [isAtEnd, rows.length, onEnd])

  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const next = neighbourOf(event)
    if (next === null || next < 0 || next >= rows.length) return
    event.preventDefault()
    virtual.scrollToIndex(next, { align: 'auto' })
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus(),
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a `table` cannot be placed
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      style={tracksOf(columns)}
      className="overflow-hidden rounded-xl border border-line bg-surface"
    >
      <HeadRow columns={columns} />
      {/* biome-ignore lint/a11y/useSemanticElements: rows of a `table` cannot be placed */}
      <div
        ref={body}
        role="rowgroup"
        onKeyDown={walk}
        style={{ height: virtual.getTotalSize() }}
        className="relative"
      >
        {drawn.map(({ index, start }) => {
          const row = rows[index]
          const top = start - virtual.options.scrollMargin
          return (
            row !== undefined && (
              <VirtualRow key={keyOf(row)} {...{ row, columns, index, top }} height={rowPixels} />
            )
          )
        })}
      </div>
    </div>
  )
}

function HeadRow<Row>({ columns }: Pick<VirtualTableProps<Row>, 'columns'>): ReactElement {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as those below it
    // biome-ignore lint/a11y/useFocusableInteractive: there is nothing to operate
    <div role="row" aria-rowindex={1} className={`${rowLook} border-b border-line py-2`}>
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: as those below it
        // biome-ignore lint/a11y/useFocusableInteractive: there is nothing to operate
        <div
          key={column.name}
          role="columnheader"
          className={`${lookOfCell(column)} text-sm font-medium text-muted`}
        >
          {column.name}
        </div>
      ))}
    </div>
  )
}

function tracksOf<Row>(columns: readonly Column<Row>[]): CSSProperties {
  const wide = columns.map(({ width }) => width).join(' ')
  const narrow = columns.filter(({ isExtra }) => !isExtra).map(({ width }) => width)
  return { '--wide': wide, '--narrow': narrow.join(' ') } as CSSProperties
}

/** Which row an arrow key leads to; null for other keys. */
function neighbourOf({ key, target }: KeyboardEvent): number | null {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key]
  const here = target instanceof Element ? target.closest('[data-index]') : null
  return step === undefined || !here ? null : Number(here.getAttribute('data-index')) + step
}
