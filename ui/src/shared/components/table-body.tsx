import type { KeyboardEvent, ReactElement, RefObject } from 'react'
import { useEffect, useRef } from 'react'
import type { Column } from './virtual-row.tsx'
import { VirtualRow } from './virtual-row.tsx'

export const rowPixels = 48
/** Rows that are drawn above and below the screen. */
export const beyond = 8

/** `top` is in pixels from the top of the table's body. */
export type DrawnRow = { readonly index: number; readonly top: number }

export type TableBodyProps<Row> = {
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly onEnd?: (() => void) | undefined
  readonly place: RefObject<HTMLDivElement | null>
  readonly drawn: readonly DrawnRow[]
  /** Has a row drawn that is not. */
  readonly bring?: (index: number) => void
}

/** As high as all rows, with those in it that are drawn. Arrow keys go from row to row. */
export function TableBody<Row>(props: TableBodyProps<Row>): ReactElement {
  const { columns, rows, keyOf, onEnd, place, drawn, bring } = props
  const isAtEnd = (drawn.at(-1)?.index ?? -1) >= rows.length - beyond - 1
  useEffect(() => {
    if (isAtEnd && rows.length > 0) onEnd?.()
  }, [isAtEnd, rows.length, onEnd])

  /** The row whose link gets the focus as soon as it is drawn. */
  const wanted = useRef<number | null>(null)
  const focusWanted = (): void => {
    if (wanted.current === null) return
    const link = place.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"] a`)
    if (!link) return
    wanted.current = null
    link.focus()
  }
  useEffect(focusWanted)

  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const next = neighbourOf(event)
    if (next === null || next < 0 || next >= rows.length) return
    event.preventDefault()
    wanted.current = next
    bring?.(next)
    requestAnimationFrame(focusWanted)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a `table` cannot be placed
    <div
      ref={place}
      role="rowgroup"
      onKeyDown={walk}
      style={{ height: rows.length * rowPixels }}
      className="relative"
    >
      {drawn.map(({ index, top }) => {
        const row = rows[index]
        return (
          row !== undefined && (
            <VirtualRow key={keyOf(row)} {...{ row, columns, index, top }} height={rowPixels} />
          )
        )
      })}
    </div>
  )
}

/** Which row an arrow key leads to; null for other keys. */
function neighbourOf({ key, target }: KeyboardEvent): number | null {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key]
  const here = target instanceof Element ? target.closest('[data-index]') : null
  return step === undefined || !here ? null : Number(here.getAttribute('data-index')) + step
}
