import type { RegistryView } from '#market/ports/ledger-view.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import { signingRole } from '#protocol/operation.ts'
import type { Announcement, Topic, TopicMessage } from '#protocol/topics.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import type { Accounts } from '../chain/accounts.ts'
import { isSealed } from '../chain/envelopes.ts'
import { transactionSigners } from '../chain/transactions.ts'
import { announcedOperation, goodUntil } from './announcement.ts'

/** What is wrong with a message, if anything is. */
export type Finding =
  | 'good'
  | 'malformed'
  | 'too-large'
  | 'signature-wrong'
  | 'not-the-author'
  | 'no-operation-of-the-market'
  | 'duplicate'
  | 'old'
  | 'from-the-future'
  | 'unknown-account'
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
  duplicate: 'ignore',
  old: 'ignore',
  'from-the-future': 'ignore',
  'unknown-account': 'ignore',
  'too-many': 'ignore',
  'cannot-be-checked': 'ignore',
}

export type ValidatorDeps = {
  readonly accounts: Accounts
  readonly ledger: RegistryView
  readonly operationId: string
  readonly chainId: string
  /** Whether the chain may be asked now for an account's keys. */
  readonly mayAskFor: (account: HiveAccount) => boolean
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
    seals: (envelope) =>
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
  deps: ValidatorDeps,
): Promise<Finding> {
  if (envelope.author !== speaker) return 'not-the-author'
  if ((deps.ledger.current().head?.time ?? 0) > goodUntil) return 'old'
  return unlessWrong(envelope.author, deps, () => isSealed(envelope, deps.accounts, deps.chainId))
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

/** Checks a transaction that announces an offer or an award: it still serves, and its creator signed it with the key that it needs. */
export async function checkAnnouncement(
  transaction: SignedTransaction,
  deps: ValidatorDeps,
): Promise<Finding> {
  const { accounts, ledger, chainId, operationId } = deps
  const operation = announcedOperation(transaction, operationId)
  if (!operation) return 'no-operation-of-the-market'
  const now = ledger.current().head?.time ?? 0
  if (now > goodUntil(transaction, operation) + driftSeconds) return 'old'
  const creator = jobCreator(operation.job)
  return unlessWrong(creator, deps, () => {
    const keys = signersOf(transaction, chainId)
    return keys && accounts.isAuthorised(creator, signingRole[operation.t], keys)
  })
}

/** Public keys that signed; null for a signature from which none can be recovered, or for a transaction that cannot be written down. */
function signersOf(transaction: SignedTransaction, chainId: string): readonly string[] | null {
  try {
    return transactionSigners(transaction, chainId)
  } catch {
    return null
  }
}

/** What a check of an account's signature comes to. An account that this node's chain does not know yet may be new. */
async function unlessWrong(
  account: HiveAccount,
  { accounts, mayAskFor }: ValidatorDeps,
  isSigned: () => Promise<boolean> | null,
): Promise<Finding> {
  if (!mayAskFor(account)) return 'too-many'
  try {
    if (await isSigned()) return 'good'
    return (await accounts.exists(account)) ? 'signature-wrong' : 'unknown-account'
  } catch {
    return 'cannot-be-checked'
  }
}
