import type { CSSProperties, ReactElement } from 'react'
import { lazy, Suspense, useRef } from 'react'
import { rowPixels, TableBody } from './table-body.tsx'
import type { Column } from './virtual-row.tsx'
import { lookOfCell, rowLook } from './virtual-row.tsx'

export type VirtualTableProps<Row> = {
  readonly label: string
  /** The first one's cell holds the link that the row is opened by. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Called when the end comes near: there may be more to ask for. */
  readonly onEnd?: () => void
}

/** Rows that are drawn without a look at what is on the screen; what looks is loaded for more of them. */
const few = 30
const firstRows = Array.from({ length: few }, (_, index) => ({ index, top: index * rowPixels }))

const LongRows = lazy(async () => ({ default: (await import('./long-rows.tsx')).LongRows }))

/** A table of any length that draws what is on the screen. Arrow keys go from row to row. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>): ReactElement {
  const { label, columns, rows, keyOf, onEnd } = props
  const place = useRef<HTMLDivElement>(null)
  const body = { columns, rows, keyOf, onEnd, place }
  const beginning = <TableBody {...body} drawn={firstRows.slice(0, rows.length)} />
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
      {rows.length <= few ? (
        beginning
      ) : (
        <Suspense fallback={beginning}>
          <LongRows count={rows.length} place={place}>
            {(drawn, bring) => <TableBody {...body} drawn={drawn} bring={bring} />}
          </LongRows>
        </Suspense>
      )}
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
