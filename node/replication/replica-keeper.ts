import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { BackgroundWork } from '#market/services/background.ts'
import type { CallRequest, ReplicaAnswer } from '#protocol/calls.ts'
import type { Cid } from '#protocol/ids.ts'
import { JobId, jobCreator } from '#protocol/ids.ts'
import { replicaUntil } from '#protocol/replica-term.ts'
import type { TreeClaim } from './tree-claim.ts'
import { claimOf, claimsOf } from './tree-claim.ts'

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
  /** Lets go of what has been kept for as long as was agreed, and tells of which jobs; their blocks are garbage then. */
  expire(): readonly JobId[]
}

/** Bytes of others' trees that a gateway keeps unless it is told otherwise. */
export const usualReplicaBytes = 50 * 2 ** 30

/** Begins the name under which a gateway keeps a job's tree. */
export const replicaPrefix = 'replica:'

/** Jobs, and wholes of several, whose trees are kept for others. */
export function replicasIn(pins: Pick<PinStore, 'all'>): readonly JobId[] {
  return pins
    .all()
    .filter(({ owner }) => owner.startsWith(replicaPrefix))
    .map(({ owner }) => JobId.parse(owner.slice(replicaPrefix.length)))
}

function replicaOwner(job: JobId): string {
  return `${replicaPrefix}${job}`
}

/**
 * Keeps delivered trees for their creators, up to a limit in bytes: what a tree may take is what its encoder has promised on the chain,
 * and no more of it is fetched. A tree that could not be had is let go, and begun anew when it is asked for again. Trees that were
 * kept before a restart are looked through once, when somebody asks. Of a whole that was sold in ranges the chain does not say the root:
 * one tree is kept for it, the last that its creator has named, of no more bytes than its paid ranges have. What has been kept for the
 * agreed time is let go.
 */
export function createReplicaKeeper(
  { ledger, content, pins, background }: ReplicaKeeperDeps,
  { limitBytes }: { readonly limitBytes: number },
): ReplicaKeeper {
  const whole = new Map<JobId, Cid>()

  /** With a further one. What is in a whole is not counted once more for its ranges. */
  const bytesWith = (job: JobId): number => {
    const claims = claimsOf(ledger, [...replicasIn(pins), job])
    const merged = new Set([...claims.values()].flatMap(({ ranges }) => ranges))
    return [...claims]
      .filter(([each]) => !merged.has(each))
      .reduce((sum, [, { bytes }]) => sum + bytes.expectedBytes, 0)
  }

  const keep = async (
    { job, root }: CallRequest<'replicate'>,
    { makers, bytes }: TreeClaim,
    signal: AbortSignal,
  ): Promise<void> => {
    await content.fetch(root, [jobCreator(job), ...makers], { signal, ...bytes })
    whole.set(job, root)
  }

  /** By chain time; what the chain says nothing of is nobody's to let go. */
  const isOver = ({ deliveredAt }: TreeClaim): boolean =>
    (ledger.current().head?.time ?? 0) >= replicaUntil(deliveredAt)

  /** Another tree of the same whole takes the place of the one before. */
  const pin = ({ job, root }: CallRequest<'replicate'>): void => {
    const owner = replicaOwner(job)
    if (pins.all().some((each) => each.owner === owner && each.cid !== root)) content.unpin(owner)
    content.pin(root, owner)
  }

  return {
    answer: (asked, peer) => {
      const { job, root } = asked
      if (ledger.current().nodes.get(jobCreator(job))?.peer !== peer)
        return { state: 'refused', reason: 'not-creator' }
      const claim = claimOf(ledger, job)
      if (!claim || (claim.root ?? root) !== root)
        return { state: 'refused', reason: 'unknown-delivery' }
      if (isOver(claim)) return { state: 'refused', reason: 'over' }
      if (whole.get(job) === root) return { state: 'kept' }
      if (bytesWith(job) > limitBytes) return { state: 'refused', reason: 'full' }
      pin(asked)
      background.start(
        `replica ${job}`,
        (signal) => keep(asked, claim, signal),
        () => content.unpin(replicaOwner(job)),
      )
      return { state: 'fetching' }
    },
    expire: () => {
      const over = [...claimsOf(ledger, replicasIn(pins))].filter(([, claim]) => isOver(claim))
      for (const [job] of over) {
        content.unpin(replicaOwner(job))
        whole.delete(job)
      }
      return over.map(([job]) => job)
    },
  }
}
