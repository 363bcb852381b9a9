import type { Delivery, Job, SettledJob } from '#contracts/job.ts'
import type { FetchOptions } from '#market/ports/content-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import { partCount } from '#protocol/grid.ts'
import type { ChainTime, Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import { extrasBytesLimit } from '../encoding/extras-shape.ts'
import { promisedBytes } from './promised-bytes.ts'
import { deliveryOf } from './replicator.ts'

/** What the chain says of a tree that is to be kept for its creator. */
export type TreeClaim = {
  /** What was delivered. Null for a whole that was sold in ranges: its creator has put it together. */
  readonly root: Cid | null
  readonly source: Cid
  /** Encoders that had what is in it. */
  readonly makers: readonly HiveAccount[]
  /** The most that is fetched for it. */
  readonly bytes: Required<Pick<FetchOptions, 'expectedBytes' | 'extraBytes'>>
  /** When that was delivered; of a whole, the last of its ranges. */
  readonly deliveredAt: ChainTime
  /** The jobs of its ranges; none for a job's own tree. */
  readonly ranges: readonly JobId[]
}

/** By the names of jobs and of wholes; those of which nothing was delivered, or not every range was paid, are left out. */
export function claimsOf(
  ledger: Pick<LedgerView, 'current'>,
  ids: readonly JobId[],
): ReadonlyMap<JobId, TreeClaim> {
  const { jobs } = ledger.current()
  const claims = new Map<JobId, TreeClaim>()
  const wholes = new Map<JobId, Paid[]>()
  for (const id of ids) {
    const job = jobs.get(id)
    const claim = job && claimOfJob(ledger, job)
    if (claim) claims.set(id, claim)
    if (!job) wholes.set(id, [])
  }
  // No job of the chain has the name of a whole, so that its ranges are looked for among all of them.
  if (wholes.size > 0)
    for (const job of jobs.values()) {
      const { whole } = job.offer
      if (whole === undefined || job.creator !== jobCreator(whole)) continue
      if (isPaid(job)) wholes.get(whole)?.push(job)
    }
  for (const [id, ranges] of wholes) {
    const claim = claimOfWhole(ranges)
    if (claim) claims.set(id, claim)
  }
  return claims
}

export function claimOf(ledger: Pick<LedgerView, 'current'>, id: JobId): TreeClaim | null {
  return claimsOf(ledger, [id]).get(id) ?? null
}

function claimOfJob(ledger: Pick<LedgerView, 'current'>, job: Job): TreeClaim | null {
  const delivered = deliveryOf(ledger, job.id)
  if (!delivered || !('award' in job)) return null
  return {
    root: delivered.operation.root,
    source: job.offer.source.cid,
    makers: [job.award.encoder],
    bytes: promisedBytes(job.offer, delivered),
    deliveredAt: delivered.at.time,
    ranges: [],
  }
}

type Paid = SettledJob & { readonly delivered: Delivery }

function isPaid(job: Job): job is Paid {
  return job.phase === 'settled' && job.delivered !== null && job.toEncoder > 0n
}

/** Of the ranges that were paid, where they are all of the video. */
function claimOfWhole(paid: readonly Paid[]): TreeClaim | null {
  const [first] = paid
  if (!first) return null
  const { source, ladder } = first.offer
  const { range: _, ...grid } = first.offer.grid
  const bytesOf = new Map<number, number>()
  let parts = 0
  for (const { offer, delivered } of paid) {
    const { range } = offer.grid
    if (!range) continue
    const known = bytesOf.get(range.first)
    if (known === undefined) parts += range.parts
    const { expectedBytes } = promisedBytes(offer, delivered)
    bytesOf.set(range.first, Math.max(known ?? 0, expectedBytes))
  }
  if (parts < partCount(grid)) return null
  return {
    root: null,
    source: source.cid,
    makers: [...new Set(paid.map(({ award }) => award.encoder))],
    bytes: {
      expectedBytes: [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0),
      extraBytes: extrasBytesLimit({ grid, renditions: ladder }),
    },
    deliveredAt: paid.map(({ delivered }) => delivered.at.time).reduce(later),
    ranges: paid.map(({ id }) => id),
  }
}

function later(one: ChainTime, other: ChainTime): ChainTime {
  return other > one ? other : one
}
