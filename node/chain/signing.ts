import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { MarketError } from '#market/errors.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import type { Signature } from '#protocol/envelope.ts'
import type { TransactionId } from '#protocol/ids.ts'
import type { Authorship, Signer } from '#protocol/signer.ts'
import type { Logger } from '../logger.ts'
import type { Accounts } from './accounts.ts'
import { authorsOf } from './authors.ts'
import { transactionSigners } from './transactions.ts'

/** A transaction that waits for signatures which this node cannot give. */
export type AwaitedSignature = {
  readonly entry: OutboxEntry
  readonly missing: readonly Authorship[]
}

/** Brings signatures to what the outbox holds. */
export interface Signing {
  /** Signs what the node's own signer can sign; resolves when it has answered for each. Never rejects. */
  flush(): Promise<void>
  /** What waits for somebody else's signature, first to expire first. */
  awaited(): readonly AwaitedSignature[]
  /**
   * Takes signatures that were made elsewhere, such as in a wallet. Rejects with `request-invalid` when no such transaction
   * waits, and with `signature-refused` when they are not those that are missing.
   */
  accept(id: TransactionId, signatures: readonly Signature[]): Promise<void>
}

export function createSigning(
  {
    store,
    signer,
    accounts,
    logger,
    onSigned,
  }: {
    readonly store: OutboxStore
    readonly signer: Signer
    readonly accounts: Accounts
    readonly logger: Logger
    /** Called when a transaction has all its signatures, to be sent. */
    readonly onSigned: () => void
  },
  { chainId }: { readonly chainId: string },
): Signing {
  /** Asked for once: a person who said no is not asked again for the same. */
  const asked = new Set<TransactionId>()
  const told = new Set<TransactionId>()

  const missingOf = ({ transaction }: OutboxEntry): readonly Authorship[] =>
    authorsOf(transaction.operations).filter((author) => !signer.canSign(author))

  /** Signatures of the signer's own authors; null where it refuses one. */
  const signOwn = async ({
    key,
    transaction,
  }: OutboxEntry): Promise<readonly Signature[] | null> => {
    const { signatures: _, ...unsigned } = transaction
    const signatures: Signature[] = []
    for (const author of authorsOf(unsigned.operations)) {
      if (!signer.canSign(author)) continue
      const signing = await signer.signTransaction(unsigned, author, chainId)
      if (signing.type === 'refused') {
        logger.warn('signature refused', { key, ...author, reason: signing.reason })
        return null
      }
      signatures.push(signing.signature)
    }
    return signatures
  }

  const keep = (entry: OutboxEntry, signatures: readonly Signature[]): void => {
    // One key may stand for both roles, and hived takes no signature twice.
    store.sign(entry.id, [...new Set(signatures)])
    onSigned()
  }

  const tell = ({ key, id }: OutboxEntry, missing: readonly Authorship[]): void => {
    if (told.has(id)) return
    told.add(id)
    const wanted = missing.map(({ account, role }) => `@${account} ${role}`)
    logger.warn('signature awaited', { key, id, wanted })
  }

  const sign = async (entry: OutboxEntry): Promise<void> => {
    const missing = missingOf(entry)
    if (missing.length > 0) {
      tell(entry, missing)
      return
    }
    if (asked.has(entry.id)) return
    asked.add(entry.id)
    const signatures = await signOwn(entry)
    if (signatures) keep(entry, signatures)
  }

  return {
    flush: async () => {
      const unsigned = store.unsigned()
      forgetAllBut(unsigned, asked, told)
      const results = await Promise.allSettled(unsigned.map(sign))
      for (const result of results)
        if (result.status === 'rejected') logger.error('not signed', {}, result.reason)
    },
    awaited: () =>
      store
        .unsigned()
        .map((entry) => ({ entry, missing: missingOf(entry) }))
        .filter(({ missing }) => missing.length > 0),
    accept: async (id, signatures) => {
      const entry = store.unsigned().find((unsigned) => unsigned.id === id)
      if (!entry)
        throw new MarketError('request-invalid', `No transaction ${id} waits for a signature.`)
      const keys = signersOf(entry, signatures, chainId)
      for (const { account, role } of missingOf(entry))
        if (!(await accounts.isAuthorised(account, role, keys)))
          throw new MarketError(
            'signature-refused',
            `None of these is a signature by the ${role} key of @${account}.`,
          )
      const own = await signOwn(entry)
      if (own) keep(entry, [...own, ...signatures])
    },
  }
}

function signersOf(
  { transaction }: OutboxEntry,
  signatures: readonly Signature[],
  chainId: string,
): readonly string[] {
  try {
    return transactionSigners({ ...transaction, signatures: [...signatures] }, chainId)
  } catch (error) {
    throw unreadable(error)
  }
}

function unreadable(cause: unknown): MarketError {
  const message = 'These are no signatures from which a key can be recovered.'
  return new MarketError('signature-refused', message, {}, { cause })
}

function forgetAllBut(
  unsigned: readonly OutboxEntry[],
  ...remembered: readonly Set<TransactionId>[]
): void {
  const ids = new Set(unsigned.map(({ id }) => id))
  for (const known of remembered) for (const id of known) if (!ids.has(id)) known.delete(id)
}
