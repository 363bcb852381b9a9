import type { Delivery } from '#contracts/job.ts'
import type { FetchOptions } from '#market/ports/content-store.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { extrasBytesLimit } from '../encoding/extras-shape.ts'

/** The bytes that a job's tree may have: of segments, as its encoder has promised on the chain, and of what comes besides. */
export function promisedBytes(
  { grid, ladder }: JobOffer,
  { operation }: Pick<Delivery, 'operation'>,
): Required<Pick<FetchOptions, 'expectedBytes' | 'extraBytes'>> {
  return {
    expectedBytes: operation.renditions.reduce((sum, { bytes }) => sum + bytes, 0),
    extraBytes: extrasBytesLimit({ grid, renditions: ladder }),
  }
}
