import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { BackgroundWork } from '#market/services/background.ts'
import type { CallRequest, ReplicaAnswer } from '#protocol/calls.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { JobId, jobCreator } from '#protocol/ids.ts'
import { promisedBytes } from './promised-bytes.ts'
import { deliveryOf } from './replicator.ts'

export type ReplicaKeeperDeps = {
  readonly ledger: LedgerView
  readonly content: Pick<ContentStore, 'fetch' | 'pin' | 'unpin'>
  readonly pins: Pick<PinStore, 'all'>
  readonly background: BackgroundWork
}

/** A gateway's side of replication. */
export type ReplicaKeeper = {
  /** Says how far a tree is that the peer asks to be kept, and begins with it where it has not. */
  answer(asked: CallRequest<'replicate'>, peer: string): ReplicaAnswer
}

/** Bytes of others' trees that a gateway keeps unless it is told otherwise. */
export const usualReplicaBytes = 50 * 2 ** 30

/** Begins the name under which a gateway keeps a job's tree. */
export const replicaPrefix = 'replica:'

function replicaOwner(job: JobId): string {
  return `${replicaPrefix}${job}`
}

/**
 * Keeps delivered trees for their creators, up to a limit in bytes: what a tree may take is what its encoder has promised on the chain,
 * and no more of it is fetched. A tree that could not be had is let go, and begun anew when it is asked for again. Trees that were
 * kept before a restart are looked through once, when somebody asks.
 */
export function createReplicaKeeper(
  { ledger, content, pins, background }: ReplicaKeeperDeps,
  { limitBytes }: { readonly limitBytes: number },
): ReplicaKeeper {
  const whole = new Set<JobId>()
  const usedBytes = (besides: JobId): number =>
    replicasIn(pins)
      .filter((job) => job !== besides)
      .reduce((sum, job) => sum + promisedOf(ledger, job).expectedBytes, 0)

  const keep = async (
    job: JobId,
    from: readonly HiveAccount[],
    signal: AbortSignal,
  ): Promise<void> => {
    const delivered = deliveryOf(ledger, job)
    if (!delivered) throw new MarketError('job-unknown', `Nothing was delivered for ${job}.`)
    await content.fetch(delivered.operation.root, from, { signal, ...promisedOf(ledger, job) })
    whole.add(job)
  }

  return {
    answer: ({ job, root }, peer) => {
      const creator = jobCreator(job)
      const { nodes, jobs } = ledger.current()
      if (nodes.get(creator)?.peer !== peer) return { state: 'refused', reason: 'not-creator' }
      const known = jobs.get(job)
      const delivered = deliveryOf(ledger, job)
      if (delivered?.operation.root !== root)
        return { state: 'refused', reason: 'unknown-delivery' }
      if (whole.has(job)) return { state: 'kept' }
      if (usedBytes(job) + promisedOf(ledger, job).expectedBytes > limitBytes)
        return { state: 'refused', reason: 'full' }
      const encoder = known && 'award' in known ? known.award.encoder : null
      const from = encoder ? [creator, encoder] : [creator]
      content.pin(root, replicaOwner(job))
      background.start(
        `replica ${job}`,
        (signal) => keep(job, from, signal),
        () => content.unpin(replicaOwner(job)),
      )
      return { state: 'fetching' }
    },
  }
}

/** Jobs whose trees are kept for others. */
function replicasIn(pins: Pick<PinStore, 'all'>): readonly JobId[] {
  return pins
    .all()
    .filter(({ owner }) => owner.startsWith(replicaPrefix))
    .map(({ owner }) => JobId.parse(owner.slice(replicaPrefix.length)))
}

/** What may be fetched for a job; nothing for one of which nothing is known. */
export function promisedOf(ledger: LedgerView, job: JobId): ReturnType<typeof promisedBytes> {
  const offer = ledger.current().jobs.get(job)?.offer
  const delivered = deliveryOf(ledger, job)
  if (!offer || !delivered) return { expectedBytes: 0, extraBytes: 0 }
  return promisedBytes(offer, delivered)
}
