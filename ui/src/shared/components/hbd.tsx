import type { ReactElement } from 'react'
import { hbdText } from '#ui/shared/format.ts'

export type HbdProps = { readonly milli: bigint | string | null }

/** An amount of money; a dash where there is none to tell. */
export function Hbd({ milli }: HbdProps): ReactElement {
  return (
    <span className="whitespace-nowrap tabular-nums">{milli === null ? '–' : hbdText(milli)}</span>
  )
}
