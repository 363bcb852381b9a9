import type { ReactElement, ReactNode } from 'react'

export type Column<Row> = {
  readonly name: string
  /** A track of a CSS grid, as `minmax(8rem, 2fr)`. */
  readonly width: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
  /** Left out where the screen is a phone's. */
  readonly isExtra?: boolean
}

/** Places the columns; `--narrow` and `--wide` are set by the table. */
export const rowLook = 'grid grid-cols-(--narrow) items-center gap-x-4 px-4 sm:grid-cols-(--wide)'

export function lookOfCell({
  isNumber,
  isExtra,
}: Pick<Column<never>, 'isNumber' | 'isExtra'>): string {
  const figures = isNumber ? 'text-right tabular-nums' : ''
  return `min-w-0 truncate ${figures} ${isExtra ? 'hidden sm:block' : ''}`
}

export type VirtualRowProps<Row> = {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
  readonly index: number
  /** Pixels from the top of the table's body. */
  readonly top: number
  readonly height: number
}

/** A row where it belongs, while the rows before it may not be drawn. */
export function VirtualRow<Row>(props: VirtualRowProps<Row>): ReactElement {
  const { row, columns, index, top, height } = props
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of a `table` cannot be placed
    // biome-ignore lint/a11y/useFocusableInteractive: its link is what is operated
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      style={{ height, transform: `translateY(${top}px)` }}
      className={`${rowLook} absolute inset-x-0 top-0 border-b border-line hover:bg-ground`}
    >
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: a row of a `table` cannot be placed
        <div key={column.name} role="cell" className={lookOfCell(column)}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  )
}
