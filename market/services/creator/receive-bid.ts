import type { NodeRecord } from '#contracts/registry.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { Bid } from '#protocol/bid.ts'
import type { Acknowledged } from '#protocol/calls.ts'
import type { Envelope } from '#protocol/envelope.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { BlockHeight, ChainTime } from '#protocol/ids.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { chainDeliveries } from '../../domain/delivery-history.ts'
import { encounterSeconds, ownDeliveries, setAsideUntil } from '../../domain/encounter.ts'
import { luckFrom } from '../../domain/luck.ts'
import type { Candidate, Circumstances } from '../../domain/ranking.ts'
import { exclusionOf, spreadAwards } from '../../domain/ranking.ts'
import { sealFault } from '../../domain/sealed-bidding.ts'
import type { CreatorJobStore } from '../../ports/job-stores.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { noteEncounter } from './note-encounter.ts'

/** Takes in a bid for one of this creator's open jobs; its signature was verified where it came in. Idempotent. */
export function createReceiveBid(deps: CreatorDeps) {
  return (envelope: Envelope<Bid>): Acknowledged => {
    const { body: bid, author } = envelope
    const job = deps.jobs.find(bid.job)
    if (!job) return { accepted: false, reason: 'no such job here' }
    if (bid.encoder !== author) return { accepted: false, reason: 'signed by another account' }
    if (job.phase !== 'offering' && job.phase !== 'bidding')
      return { accepted: false, reason: 'bidding is over' }
    const fault = sealFaultOf(deps, job, bid)
    if (fault) {
      if (fault === 'differs from what was sealed')
        noteEncounter(deps, job.id, author, 'misrevealed')
      return { accepted: false, reason: `the bid ${fault}` }
    }
    if (!isRepeated(deps, envelope)) deps.state.atomically(() => storeBid(deps, job, envelope))
    const excluded = exclusionOf(candidateOf(deps, bid), circumstancesOf(deps, job))
    return excluded ? { accepted: false, reason: excluded } : { accepted: true }
  }
}

/** What is wrong with a bid where the offer takes sealed ones; such a bid is not kept, so that it can replace none. */
function sealFaultOf({ seals, sha256 }: CreatorDeps, { id, offer }: CreatorJob, bid: Bid) {
  const sealed = seals.of(id).find(({ author }) => author === bid.encoder)?.body.bid
  return sealFault(offer, bidHash(bid, sha256), sealed)
}

/** What this node knows about the author of a bid. */
export function candidateOf(
  { ledger, encounters, jobs }: Pick<CreatorDeps, 'ledger' | 'encounters' | 'jobs'>,
  bid: Bid,
): Candidate {
  const known = ledger.current()
  const { nodes, head, standings } = known
  const { encoder } = bid
  const height = head?.height ?? BlockHeight.parse(0)
  const node = nodes.get(encoder)
  const since = ChainTime.parse(Math.max(0, (head?.time ?? 0) - encounterSeconds))
  const seen = encounters.of(encoder, since)
  return {
    bid,
    node: node?.phase === 'active' ? node : undefined,
    score: scoreOf(known, encoder, 'encoder', height),
    history: {
      own: ownDeliveries(seen),
      chain: chainDeliveries(standings.get(encoder)?.encoder),
    },
    setAsideUntil: setAsideUntil(seen),
    recentAwards: latestAwards(jobs).filter((name) => name === encoder).length,
  }
}

/** To whom this creator's latest jobs went. */
function latestAwards(jobs: Pick<CreatorJobStore, 'latest'>): readonly HiveAccount[] {
  return jobs
    .latest(2 * spreadAwards)
    .flatMap((job) => ('choice' in job ? [job.choice.bid.encoder] : []))
    .slice(0, spreadAwards)
}

/** What the bids of a job are judged by at this moment. */
export function circumstancesOf(
  {
    ledger,
    network,
    engine,
    sha256,
    options,
  }: Pick<CreatorDeps, 'ledger' | 'network' | 'engine' | 'sha256' | 'options'>,
  { offer, setAside, salt, fees, inClass }: CreatorJob,
): Circumstances {
  const { head, nodes } = ledger.current()
  return {
    offer,
    now: head?.time ?? ChainTime.parse(0),
    inClass,
    ownClass: engine.proofOf(offer.recipe)?.class.cid ?? null,
    luck: luckFrom(salt, sha256),
    rules: options.selection.rules,
    arbiters: offer.arbiters.filter((account) => {
      const node = nodes.get(account)
      return (
        !setAside.includes(account) &&
        isFitting(node, fees?.get(account) ?? offer.ceiling) &&
        network.isConnected(account)
      )
    }),
  }
}

/**
 * True for an active arbiter that asks no more than so much. A fee can be changed at any time, and whoever changes it must neither
 * get more than was agreed to nor keep others from working.
 */
export function isFitting(node: NodeRecord | undefined, most: MilliHbd): boolean {
  if (node?.phase !== 'active' || !node.roles.includes('arbiter')) return false
  return node.arbiter !== undefined && node.arbiter.fee <= most
}

function isRepeated({ bids }: CreatorDeps, { body, signature }: Envelope<Bid>): boolean {
  return bids.of(body.job).some((known) => known.signature === signature)
}

function storeBid(deps: CreatorDeps, job: CreatorJob, envelope: Envelope<Bid>): void {
  const { encoder, price, speed, readyBy } = envelope.body
  const excluded = exclusionOf(candidateOf(deps, envelope.body), circumstancesOf(deps, job))
  deps.bids.save(envelope)
  saveJob(deps, job, {
    type: 'bid-received',
    encoder,
    price,
    speed,
    readyBy,
    ...(excluded ? { excluded } : {}),
  })
}
