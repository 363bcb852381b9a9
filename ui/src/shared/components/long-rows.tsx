import { useWindowVirtualizer } from '@tanstack/react-virtual'
import type { ReactElement, RefObject } from 'react'
import { useLayoutEffect, useState } from 'react'
import type { DrawnRow } from './table-body.tsx'
import { beyond, rowPixels } from './table-body.tsx'

export type LongRowsProps = {
  readonly count: number
  /** Where the rows are, once they are there. */
  readonly place: RefObject<HTMLElement | null>
  readonly children: (drawn: readonly DrawnRow[], bring: (index: number) => void) => ReactElement
}

/** Which of many rows are on the screen, as it is scrolled. Loaded by tables that are long. */
export function LongRows({ count, place, children }: LongRowsProps): ReactElement {
  const [scrollMargin, setMargin] = useState(0)
  useLayoutEffect(() => setMargin(place.current?.offsetTop ?? 0))
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => rowPixels,
    overscan: beyond,
    scrollMargin,
  })
  const drawn = virtual.getVirtualItems().map(({ index }) => ({ index, top: index * rowPixels }))
  return children(drawn, (index) => virtual.scrollToIndex(index, { align: 'auto' }))
}
