import type { Network } from '#contracts/block-context.ts'
import type { Folded, OperationRecord } from '#contracts/fold.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { emptyLedger } from '#contracts/ledger.ts'
import type { JobAward } from '#protocol/award.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { HiveAccount, TransactionId } from '#protocol/ids.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import type { Operation } from '#protocol/operation.ts'
import { formatOperation, signingRole } from '#protocol/operation.ts'
import { alice, blockId, hashHex, hbd, height, sha256, time, transactionId } from './builders.ts'

export const testNetwork: Network = { operationId: 'spk-encoder-dev', sha256 }

export const genesis = (): Ledger => emptyLedger(hashHex('genesis'), height(1))

/** Seconds of block 0; blocks come every three seconds. */
export const startTime = 1_000_000

/** What one account says on the chain. */
export const says = (signer: HiveAccount, operation: Operation): LedgerAction => ({
  type: 'custom-json',
  signers: [{ account: signer, role: signingRole[operation.t] }],
  json: formatOperation(operation),
})

const sides = (award: JobAward, from: HiveAccount) => ({
  from,
  to: award.encoder,
  agent: award.arbiter,
  escrow: award.escrow,
})

/** The escrow that pays for an award. */
export const funds = (
  award: JobAward,
  overrides: Partial<Extract<LedgerAction, { type: 'escrow-transfer' }>> = {},
): LedgerAction => ({
  type: 'escrow-transfer',
  ...sides(award, alice),
  hbd: award.price,
  hive: '0',
  fee: hbd(1n),
  meta: canonicalJson({ app: testNetwork.operationId, job: award.job, bid: award.bid }),
  ratificationDeadline: time(startTime + 300),
  expiration: time(startTime + 90_000),
  ...overrides,
})

export const approves = (award: JobAward, who: HiveAccount, approve = true): LedgerAction => ({
  type: 'escrow-approve',
  ...sides(award, alice),
  who,
  approve,
})

/** The virtual operation by which hived says that both sides have approved, or that the escrow came to nothing. */
export const virtually = (
  type: 'escrow-approved' | 'escrow-rejected',
  award: JobAward,
): LedgerAction => ({
  type,
  ...sides(award, alice),
})

export const disputes = (award: JobAward, who: HiveAccount): LedgerAction => ({
  type: 'escrow-dispute',
  ...sides(award, alice),
  who,
})

export const releases = (
  award: JobAward,
  who: HiveAccount,
  receiver: HiveAccount,
  amount = award.price,
): LedgerAction => ({
  type: 'escrow-release',
  ...sides(award, alice),
  who,
  receiver,
  hbd: amount,
})

export type TestChain = {
  readonly ledger: () => Ledger
  readonly blocks: () => readonly LedgerBlock[]
  /** Makes a block; each inner list is one transaction. Returns what became of its operations. */
  readonly block: (
    ...transactions: readonly (readonly LedgerAction[])[]
  ) => readonly OperationRecord[]
  readonly skip: (count: number) => void
}

/** A chain in memory, folded block by block. */
export function createTestChain(
  start: Ledger = genesis(),
  network: Network = testNetwork,
): TestChain {
  let ledger = start
  const blocks: LedgerBlock[] = []
  const block: TestChain['block'] = (...transactions) => {
    const next = nextBlock(blocks.at(-1), transactions)
    const folded: Folded = foldBlocks(ledger, [next], network)
    ledger = folded.ledger
    blocks.push(next)
    return folded.records
  }
  return {
    ledger: () => ledger,
    blocks: () => blocks,
    block,
    skip: (count) => {
      for (let made = 0; made < count; made += 1) block()
    },
  }
}

/** The block after another, with real operations in order and virtual ones behind. */
export function nextBlock(
  previous: LedgerBlock | undefined,
  transactions: readonly (readonly LedgerAction[])[],
  number = (previous?.height ?? 0) + 1,
): LedgerBlock {
  const placed = transactions.flatMap((actions, index) => {
    const transaction: TransactionId = transactionId(`${number} ${index}`)
    return actions.map((action) => ({ transaction, action }))
  })
  const isVirtual = ({ action }: { readonly action: LedgerAction }): boolean =>
    action.type === 'escrow-approved' || action.type === 'escrow-rejected'
  const ordered = [...placed.filter((entry) => !isVirtual(entry)), ...placed.filter(isVirtual)]
  return {
    height: height(number),
    id: blockId(number),
    previous: previous?.id ?? blockId(number - 1),
    time: ChainTime.parse(startTime + 3 * number),
    operations: ordered.map((entry, position) => ({ ...entry, position })),
  }
}
