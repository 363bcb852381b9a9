import type { JobEvidence } from '#protocol/dispute.ts'
import { Statement } from '#protocol/dispute.ts'
import { Cid } from '#protocol/ids.ts'

/** What a party says of a dispute. */
export type Said = Pick<JobEvidence, 'text' | 'evidence'>

/** As it stands in the fields. */
export type Written = { readonly text: string; readonly evidence: string }

export type ReadStatement = {
  /** `undefined` where nothing was written, null where it cannot be sent as it is. */
  readonly said: Said | undefined | null
  readonly textFault: string | null
  readonly evidenceFault: string | null
}

/** Reads what was written, with line breaks and addresses as people paste them. */
export function readStatement({ text, evidence }: Written): ReadStatement {
  const words = text.replaceAll(/\r\n?/g, '\n').replaceAll('\t', ' ').trim()
  const name = evidence.trim().replace(/^ipfs:\/\//, '')
  const statement = Statement.safeParse(words)
  const cid = Cid.safeParse(name)
  const textFault =
    words !== '' && !statement.success ? 'It has characters that are no plain text.' : null
  const evidenceFault = name !== '' && !cid.success ? 'That is no content id.' : null
  const isLonely = words === '' && name !== ''
  const faults = { textFault: isLonely ? 'Say what the file shows.' : textFault, evidenceFault }
  if (faults.textFault !== null || evidenceFault !== null) return { said: null, ...faults }
  if (!statement.success) return { said: undefined, ...faults }
  const file = cid.success ? { evidence: cid.data } : {}
  return { said: { text: statement.data, ...file }, ...faults }
}
