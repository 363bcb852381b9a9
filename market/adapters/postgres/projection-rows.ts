import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import { encoderFigures } from '../../domain/encoder-figures.ts'
import { pricePerMinute, videoMilliseconds } from '../../domain/job-figures.ts'
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
  const { ceiling, whole = null } = offer
  const row = { id, phase, creator, whole, ceiling, offeredHeight: offeredAt.height }
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

export function nodeRow(node: NodeRecord): typeof chainNodes.$inferInsert {
  const { account, phase, peer, roles, region = null, updated } = node
  const about = { account, phase, peer, roles: [...roles], region, updatedHeight: updated }
  if (!node.encoder) return { ...about, record: node }
  const { codecs, ...figures } = encoderFigures(node.encoder)
  return { ...about, ...figures, codecs: [...codecs], record: node }
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
