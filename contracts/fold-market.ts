import type { LedgerCheckpoint } from '#protocol/checkpoint.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { Operation } from '#protocol/operation.ts'
import { parseOperation, signingRole } from '#protocol/operation.ts'
import { isInForce } from './activation.ts'
import type { BlockContext, ChainPoint, Network, OperationContext } from './block-context.ts'
import type { CheckpointFact, CheckpointRefusal } from './checkpoints.ts'
import { claimCheckpoint } from './checkpoints.ts'
import { attestJob, deliverJob } from './delivering.ts'
import type { Draft } from './draft.ts'
import { giveEvidence } from './evidence.ts'
import type { Job, JobFact, JobRefusal } from './job.ts'
import { escrowKey } from './ledger.ts'
import { awardJob, cancelJob, offerJob } from './offering.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused, unreachable } from './outcome.ts'
import { parametersAt } from './parameters.ts'
import type { NodeRecord, RegistryFact, RegistryRefusal } from './registry.ts'
import { registerNode, retireNode, updateNode } from './registry.ts'
import { isKnownEncoder } from './reputation.ts'
import { rateEncoder, ruleJob } from './settling.ts'
import { followJob } from './standing.ts'

export type MarketFact = JobFact | RegistryFact | CheckpointFact

/** Why a custom_json changed nothing. Anyone may post anything, so this is the normal end of much of it. */
export type MarketRefusal =
  | JobRefusal
  | RegistryRefusal
  | CheckpointRefusal
  | 'not-one-signer'
  | 'not-yet'
  | 'wrong-role'
  | 'too-long'
  | 'not-json'
  | 'not-an-object'
  | 'unknown'
  | 'malformed'

/** Parses one custom_json of the market and lets its contract decide. */
export function applyMarketOperation(
  draft: Draft,
  { signers, json }: Extract<LedgerAction, { type: 'custom-json' }>,
  at: ChainPoint,
  block: BlockContext,
  network: Network,
): Outcome<null, MarketFact, MarketRefusal> {
  const [signer] = signers
  if (!signer || signers.length !== 1) return refused('not-one-signer')
  const parsed = parseOperation(json)
  if (!parsed.ok) return refused(parsed.reason)
  const { operation } = parsed
  if (!isInForce(operation, block.height, network)) return refused('not-yet')
  if (signingRole[operation.t] !== signer.role) return refused('wrong-role')
  const context = { ...block, transaction: at.transaction, signer: signer.account }
  switch (operation.t) {
    case 'node.register':
    case 'node.update':
    case 'node.retire':
      return applyToRegistry(draft, operation, context)
    case 'checkpoint':
      return applyCheckpoint(draft, operation, context)
    default:
      return applyToJob(draft, operation, context, network)
  }
}

type RegistryOperation = Extract<Operation, { t: 'node.register' | 'node.update' | 'node.retire' }>

function applyToRegistry(
  draft: Draft,
  operation: RegistryOperation,
  context: OperationContext,
): Outcome<null, RegistryFact, RegistryRefusal> {
  const node = draft.get('nodes', context.signer)
  const outcome = reduceNode(node, operation, context)
  if (!outcome.ok) return outcome
  draft.set('nodes', context.signer, outcome.state)
  return accepted(null, outcome.facts)
}

function reduceNode(
  node: NodeRecord | undefined,
  operation: RegistryOperation,
  context: OperationContext,
): Outcome<NodeRecord, RegistryFact, RegistryRefusal> {
  switch (operation.t) {
    case 'node.register':
      return registerNode(node, operation, context)
    case 'node.update':
      return updateNode(node, operation, context)
    case 'node.retire':
      return retireNode(node, operation, context)
    default:
      return unreachable(operation)
  }
}

function applyCheckpoint(
  draft: Draft,
  operation: LedgerCheckpoint,
  context: OperationContext,
): Outcome<null, CheckpointFact, CheckpointRefusal> {
  const { checkpoint, pastCheckpoints } = draft.ledger()
  const outcome = claimCheckpoint(
    {
      node: draft.get('nodes', context.signer),
      claim: draft.get('claims', context.signer),
      known: [...pastCheckpoints, checkpoint],
    },
    operation,
    context,
  )
  if (!outcome.ok) return outcome
  draft.set('claims', context.signer, outcome.state)
  return accepted(null, outcome.facts)
}

type JobOperation = Exclude<Operation, RegistryOperation | LedgerCheckpoint>

function applyToJob(
  draft: Draft,
  operation: JobOperation,
  context: OperationContext,
  network: Network,
): Outcome<null, JobFact, JobRefusal> {
  const outcome = reduceJob(draft, operation, context, network)
  if (!outcome.ok) return outcome
  const before = draft.get('jobs', operation.job)
  draft.set('jobs', operation.job, outcome.state)
  followJob(draft, before, outcome.state)
  if (operation.t === 'job.deliver') {
    draft.replace({ awaitingBeacon: new Set([...draft.ledger().awaitingBeacon, operation.job]) })
  }
  return accepted(null, outcome.facts)
}

function reduceJob(
  draft: Draft,
  operation: JobOperation,
  context: OperationContext,
  { sha256 }: Network,
): Outcome<Job, JobFact, JobRefusal> {
  const job = draft.get('jobs', operation.job)
  switch (operation.t) {
    case 'job.offer':
      return offerJob(job, operation, context)
    case 'job.cancel':
      return cancelJob(job, operation, context)
    case 'job.award': {
      const escrow = draft.get('escrows', escrowKey(context.signer, operation.escrow))
      const encoder = draft.get('nodes', operation.encoder)
      const arbiter = draft.get('nodes', operation.arbiter)
      return awardJob(job, operation, { escrow, encoder, arbiter }, context)
    }
    case 'job.deliver':
      return deliverJob(job, operation, challengeLeaves(draft, context), context)
    case 'job.attest':
      return attestJob(job, operation, context, sha256)
    case 'job.evidence':
      return giveEvidence(job, operation, context)
    case 'job.ruling':
      return ruleJob(job, operation, context)
    case 'encoder.rate':
      return rateEncoder(job, operation, context)
    default:
      return unreachable(operation)
  }
}

/** Newcomers are looked at closely; nobody is ever not looked at. */
function challengeLeaves(draft: Draft, context: OperationContext): number {
  const { challenge } = parametersAt(context.height)
  const encoder: HiveAccount = context.signer
  const isKnown = isKnownEncoder(draft.ledger().standings, encoder, context.height)
  return isKnown ? challenge.leaves : challenge.newcomerLeaves
}
