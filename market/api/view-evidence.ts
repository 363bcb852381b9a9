import type { z } from 'zod'
import type { evidenceRoute } from '#protocol/api/evidence.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { EvidenceEntry } from '../ports/chain-queries.ts'

type Evidence = z.output<typeof evidenceRoute.reply>['evidence'][number]

/** What one job says of an account, with as much of the job as explains it. */
export function viewEvidence({ record, links, ...entry }: EvidenceEntry): Evidence {
  const ending = record.phase === 'settled' ? record : null
  return {
    ...entry,
    links: links.map(({ what, at }) => ({ what, at })),
    price: 'award' in record ? record.award.price : null,
    toEncoder: ending?.toEncoder ?? null,
    toCreator: ending?.toCreator ?? null,
    stars: ending?.stars ?? null,
    attestations: attestationsOf(record),
    dispute: disputeOf(record),
  }
}

function attestationsOf(record: EvidenceEntry['record']): Evidence['attestations'] {
  if (!('delivered' in record) || !record.delivered) return []
  return record.delivered.attestations.map(({ by, at, operation }) => ({
    ...{ by, at, verdict: operation.verdict, leaves: operation.challenged.length },
    faults: codesOf(operation.faults),
  }))
}

function disputeOf(record: EvidenceEntry['record']): Evidence['dispute'] {
  if (!('dispute' in record) || !record.dispute) return null
  const ruling = record.phase === 'settled' ? record.ruling : null
  const { by, at } = record.dispute
  return { by, at, verdict: ruling?.verdict ?? null, faults: codesOf(ruling?.faults ?? []) }
}

/** Each kind of fault once, in the order in which it was found. */
function codesOf(faults: readonly Fault[]): readonly string[] {
  return [...new Set(faults.map(({ code }) => code))]
}
