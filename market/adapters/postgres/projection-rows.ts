import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import type { EncoderProfile } from '#protocol/encoder.ts'
import { framesAsked } from '#protocol/range.ts'
import type {
  ProjectedCustom,
  ProjectedDeed,
  ProjectedOperation,
  ProjectedStanding,
} from '../../ports/projection-store.ts'
import type { chainEscrows, chainJobs, chainNodes, chainOperations } from './schema/chain.ts'
import type { chainCustom, chainStandingDeeds, chainStandings } from './schema/standings.ts'

/** Rows from what contracts concluded. Columns are what is searched for; the record beside them has the rest. */

export function operationRow(operation: ProjectedOperation): typeof chainOperations.$inferInsert {
  return { ...operation, facts: operation.facts }
}

export function jobRow(job: Job): typeof chainJobs.$inferInsert {
  const { id, phase, creator, offer, offeredAt } = job
  const row = { id, phase, creator, ceiling: offer.ceiling, offeredHeight: offeredAt.height }
  if (job.phase === 'offered' || job.phase === 'cancelled')
    return { ...row, isDisputed: false, record: job }
  const { encoder, arbiter, price } = job.award
  const awarded = { ...row, encoder, arbiter, price, pricePerMinute: pricePerMinute(job) }
  if (job.phase === 'awarded') return { ...awarded, isDisputed: false, record: job }
  const delivered = job.phase === 'accepted' ? null : job.delivered
  const accepted = {
    ...awarded,
    fee: job.fee,
    acceptedTime: job.acceptedAt.time,
    deliveredTime: delivered?.at.time ?? null,
    videoMilliseconds: videoMilliseconds(job),
    isDisputed: job.dispute !== null,
    record: job,
  }
  if (job.phase !== 'settled') return accepted
  const { toEncoder, toCreator, stars, settledAt } = job
  return { ...accepted, toEncoder, toCreator, stars, settledTime: settledAt.time }
}

const most = 2n ** 63n - 1n

/** Milli-HBD a minute, rounded down. An offer of a single frame may come to more than a column holds. */
function pricePerMinute({ award, offer: { grid } }: Extract<Job, { award: unknown }>): bigint {
  const { numerator, denominator } = grid.rate
  const perMinute =
    (award.price * 60n * BigInt(numerator)) / (BigInt(framesAsked(grid)) * BigInt(denominator))
  return perMinute < most ? perMinute : most
}

/** Rounded down. An offer may speak of more than any number holds. */
function videoMilliseconds({ offer: { grid } }: Pick<Job, 'offer'>): number {
  const { numerator, denominator } = grid.rate
  const whole = (BigInt(framesAsked(grid)) * 1_000n * BigInt(denominator)) / BigInt(numerator)
  return Number(whole < longest ? whole : longest)
}

const longest = BigInt(Number.MAX_SAFE_INTEGER)

export function nodeRow(node: NodeRecord): typeof chainNodes.$inferInsert {
  const { account, phase, peer, roles, updated } = node
  const about = { account, phase, peer, roles: [...roles], updatedHeight: updated }
  return { ...about, ...(node.encoder && encodingRow(node.encoder)), record: node }
}

/** Whoever encodes makes the contract's H.264, whether or not it has measured anything. */
function encodingRow({
  prices,
  hwAccel = 'none',
  capabilities = [],
}: EncoderProfile): Partial<typeof chainNodes.$inferInsert> {
  const speeds = capabilities.filter(({ codec }) => codec === 'h264').map(({ speed }) => speed)
  const ladder = prices.reduce((sum, { perMinute }) => sum + perMinute, 0n)
  return {
    codecs: [...new Set(['h264', ...capabilities.map(({ codec }) => codec)])],
    hwAccel,
    speed: Math.max(0, ...speeds),
    pricePerMinute: ladder < most ? ladder : most,
  }
}

export function escrowRow(escrow: Escrow): typeof chainEscrows.$inferInsert {
  const { from, id, agent, meta, hbd } = escrow.terms
  const held = 'held' in escrow ? escrow.held : hbd
  const { phase } = escrow
  return { key: escrowKey(from, id), phase, job: meta.job, agent, held, record: escrow }
}

/** Before every moment of the chain: where an earlier row knows better, that stays. */
const never = 0

export function standingRow({
  account,
  role,
  score,
  activeTime,
  record,
}: ProjectedStanding): typeof chainStandings.$inferInsert {
  return {
    account,
    role,
    ...score,
    activeTime: activeTime ?? never,
    deeds: Number(record?.deeds ?? 0n),
    goodTotal: record?.goodTotal ?? 0n,
    faults: record?.faults ?? 0n,
    marks: record?.marks ?? new Map(),
  }
}

export function customRow({
  account,
  role,
  counterpart,
  good,
}: ProjectedCustom): typeof chainCustom.$inferInsert {
  return { account, role, counterpart, good: good ?? 0n }
}

export function deedRow(deed: ProjectedDeed): typeof chainStandingDeeds.$inferInsert {
  const { at, marks, links, ...rest } = deed
  return { ...rest, ...at, marks: [...marks], links }
}
