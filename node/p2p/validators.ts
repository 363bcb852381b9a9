import { z } from 'zod'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import { parseOperation, signingRole } from '#protocol/operation.ts'
import type { Announcement, Topic, TopicMessage } from '#protocol/topics.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import type { Accounts } from '../chain/accounts.ts'
import { isSealed } from '../chain/envelopes.ts'
import { transactionSigners } from '../chain/transactions.ts'

/** What is wrong with a message, if anything is. */
export type Finding =
  | 'good'
  | 'malformed'
  | 'too-large'
  | 'signature-wrong'
  | 'not-the-author'
  | 'no-operation-of-the-market'
  | 'old'
  | 'from-the-future'
  | 'too-many'
  | 'cannot-be-checked'

/**
 * The one table that decides about a message: `reject` is for what is provably bad, and costs its sender its standing;
 * `ignore` for what an honest peer may send by bad luck.
 */
export const verdicts: { readonly [F in Finding]: 'accept' | 'ignore' | 'reject' } = {
  good: 'accept',
  malformed: 'reject',
  'too-large': 'reject',
  'signature-wrong': 'reject',
  'not-the-author': 'reject',
  'no-operation-of-the-market': 'reject',
  old: 'ignore',
  'from-the-future': 'ignore',
  'too-many': 'ignore',
  'cannot-be-checked': 'ignore',
}

export type ValidatorDeps = {
  readonly accounts: Accounts
  readonly ledger: LedgerView
  readonly operationId: string
  readonly chainId: string
}

export type Validator<T extends Topic> = (message: TopicMessage<T>) => Promise<Finding>

/** Seconds by which a sender's head block may differ from ours. */
const driftSeconds = 120

/** Checks what the schema cannot: who signed, and when. */
export function createValidators(deps: ValidatorDeps): { readonly [T in Topic]: Validator<T> } {
  return {
    offers: (announcement) => checkTimedAnnouncement(announcement, deps),
    bids: (envelope) =>
      checkEnvelope(envelope, envelope.body.encoder, envelope.body.expires + driftSeconds, deps),
    presence: (envelope) => checkTimed(envelope, deps),
    progress: (envelope) =>
      checkEnvelope(envelope, envelope.body.encoder, Number.POSITIVE_INFINITY, deps),
  }
}

async function checkTimed(
  envelope: TopicMessage<'presence'>,
  deps: ValidatorDeps,
): Promise<Finding> {
  const now = deps.ledger.current().head?.time ?? 0
  if (envelope.body.at > now + driftSeconds) return 'from-the-future'
  return checkEnvelope(envelope, envelope.body.account, envelope.body.at + driftSeconds, deps)
}

/** Checks an envelope: young enough, its author speaks for itself, and the signature is its author's. */
export async function checkEnvelope(
  envelope: Envelope<EnvelopeBody>,
  speaker: HiveAccount,
  goodUntil: number,
  { accounts, ledger, chainId }: ValidatorDeps,
): Promise<Finding> {
  if (envelope.author !== speaker) return 'not-the-author'
  if ((ledger.current().head?.time ?? 0) > goodUntil) return 'old'
  try {
    return (await isSealed(envelope, accounts, chainId)) ? 'good' : 'signature-wrong'
  } catch {
    return 'cannot-be-checked'
  }
}

async function checkTimedAnnouncement(
  { announcedAt, transaction }: Announcement,
  deps: ValidatorDeps,
): Promise<Finding> {
  const now = deps.ledger.current().head?.time ?? 0
  if (announcedAt > now + driftSeconds) return 'from-the-future'
  if (announcedAt < now - driftSeconds) return 'old'
  return checkAnnouncement(transaction, deps)
}

/** Checks a transaction that announces an offer or an award: its creator signed it with the key that it needs. */
export async function checkAnnouncement(
  transaction: SignedTransaction,
  deps: ValidatorDeps,
): Promise<Finding> {
  const operation = marketOperation(transaction, deps.operationId)
  if (operation?.t !== 'job.offer' && operation?.t !== 'job.award')
    return 'no-operation-of-the-market'
  return checkSigners(transaction, operation, deps)
}

async function checkSigners(
  transaction: SignedTransaction,
  operation: Extract<Operation, { t: 'job.offer' | 'job.award' }>,
  { accounts, chainId }: ValidatorDeps,
): Promise<Finding> {
  try {
    const keys = transactionSigners(transaction, chainId)
    const isSigned = await accounts.isAuthorised(
      jobCreator(operation.job),
      signingRole[operation.t],
      keys,
    )
    return isSigned ? 'good' : 'signature-wrong'
  } catch {
    return 'cannot-be-checked'
  }
}

const CustomJson = z.object({ id: z.string(), json: z.string() })

/** The one operation of the market in a transaction, or null. */
export function marketOperation(
  { operations }: SignedTransaction,
  operationId: string,
): Operation | null {
  const found = operations.flatMap(([name, fields]) => {
    const custom = name === 'custom_json' ? CustomJson.safeParse(fields) : null
    return custom?.success && custom.data.id === operationId ? [custom.data.json] : []
  })
  const [json] = found
  if (json === undefined || found.length !== 1) return null
  const parsed = parseOperation(json)
  return parsed.ok ? parsed.operation : null
}
