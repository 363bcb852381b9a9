import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Escrow } from '#contracts/escrow.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { createPool } from '#node/devchain/chain/pool.ts'
import { createTip } from '#node/devchain/chain/tip.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { parseGenesis } from '#node/devchain/genesis.ts'
import { HiveError } from '#node/devchain/hive/hive-error.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import type { Escrow as ChainEscrow } from '#node/devchain/state/escrow.ts'
import { openChainStore } from '#node/devchain/store/chain-store.ts'
import { sealTransaction } from '#node/devchain/transactions/sealed-transaction.ts'
import { parseTransaction } from '#node/devchain/transactions/transaction.ts'
import { formatHbd } from '#protocol/amount.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { TransactionId } from '#protocol/ids.ts'
import { BlockId, formatChainTime } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { account, blockId, hashHex, hbd, height, jobId, time } from '../../support/builders.ts'
import { genesis, testNetwork } from '../../support/test-chain.ts'
import { actionOf } from '../../support/world/actions.ts'
import { Vault } from '../../support/world/vault.ts'

/**
 * Three tellings of hived's escrow against each other: the development chain, which applies what is sent to it; a model that
 * says beforehand what it will apply; and the contract's mirror, which is shown only what was applied. Signatures are taken
 * as given, so that there is time for many operations.
 */

const people = ['alice', 'bob', 'carol', 'dave'] as const
const purse = 200n
const runs = 10
const operationsPerRun = 1_000

const person = fc.constantFrom(...people)
const deed = fc.record({
  what: fc.constantFrom(
    'open',
    'open',
    'approve',
    'approve',
    'approve',
    'refuse',
    'dispute',
    'release',
    'release',
  ),
  /** Which of the open escrows it is about, unless it goes astray. */
  which: fc.nat(12),
  from: person,
  to: person,
  agent: person,
  /** Whether sides and number are any at all. */
  isAstray: fc.nat(9).map((dice) => dice === 0),
  /** Whether it is done by somebody who may, in an amount that is there. */
  isFitting: fc.nat(3).map((dice) => dice > 0),
  who: fc.nat(3),
  receiver: person,
  number: fc.integer({ min: 1, max: 4 }),
  milli: fc.constantFrom(0n, 1n, 2n, 3n, 7n, 50n, 300n),
  fee: fc.constantFrom(0n, 1n, 2n),
  ratifies: fc.constantFrom(-3, 0, 3, 6, 30, 90, 90, 90),
  expires: fc.constantFrom(0, 3, 30, 60, 120),
  endsBlock: fc.nat(4).map((dice) => dice === 0),
})
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never

test('the chain, the model and the contract agree on every one of many random operations', {
  timeout: 120_000,
}, () => {
  let applied = 0
  let refused = 0
  const phases = new Set<string>()
  fc.assert(
    fc.property(
      fc.array(deed, { minLength: operationsPerRun, maxLength: operationsPerRun }),
      (deeds) => {
        using trial = aTrial()
        for (const each of deeds) {
          if (trial.attempt(each)) applied += 1
          else refused += 1
          if (each.endsBlock) trial.block(phases)
        }
        trial.block(phases)
      },
    ),
    // A thousand operations take minutes to shrink; the seed that is told plays the same ones again.
    { numRuns: runs, endOnFailure: true },
  )
  expect(applied + refused).toBeGreaterThanOrEqual(10_000)
  expect(Math.min(applied, refused)).toBeGreaterThan(1_000)
  expect([...phases].sort()).toEqual(['disputed', 'funded', 'pending'])
})

function aTrial() {
  const store = openChainStore({
    genesis: parseGenesis(
      {
        accounts: Object.fromEntries(people.map((name) => [name, { hbd: formatHbd(hbd(purse)) }])),
      },
      'The test genesis',
    ),
    startTime: Date.parse('2026-01-01T00:00:00Z') / 1_000,
    directory: undefined,
  })
  const tip = createTip({ store, nextBlockTime: (previous) => previous + 3 })
  const pool = createPool({
    headState: tip.state,
    surroundings: tip.surroundings,
    isInChain: () => false,
  })
  const keys = new Set(people.map((name) => devchainPublicKey(name, 'active')))
  const vault = new Vault()
  for (const name of people) vault.purses.set(account(name), purse)
  let ledger: Ledger = genesis()
  let sent = 0
  /** Numbers are used again; the transaction that opened an escrow tells it from those before. */
  const openedBy = new Map<string, string>()
  let waiting: { readonly transaction: TransactionId; readonly action: LedgerAction }[] = []
  const open = (): readonly ChainEscrow[] =>
    Array.from(pool.state.escrows.entries(), ([, one]) => one)

  const broadcast = (operation: HiveOperation): TransactionId | string => {
    sent += 1
    const { head, taposPrefix } = tip.surroundings()
    const number = head.number % 65_536
    const transaction = parseTransaction({
      ref_block_num: number,
      ref_block_prefix: head.number > 0 ? taposPrefix(number) : 0,
      expiration: formatChainTime(time(head.time + 60 + (sent % 3_000))),
      operations: [operation],
      extensions: [],
      signatures: [],
    })
    const sealed = { ...sealTransaction(transaction, 'legacy', devchainChainId), keys: () => keys }
    try {
      pool.add(sealed)
      return sealed.id as TransactionId
    } catch (error) {
      if (error instanceof HiveError) return 'refused'
      throw error
    }
  }

  tip.append([])
  pool.restart([])
  return {
    /** Sends an operation to the chain, and expects that the model foresaw what it answers. Returns whether it was applied. */
    attempt: (each: Deed): boolean => {
      const operation = operationOf(each, open(), tip.head.time)
      const answer = broadcast(operation)
      const isApplied = answer !== 'refused'
      const foreseen = foresee(vault, operation, tip.head.time, answer)
      expect(foreseen !== null, `${JSON.stringify(operation)} at ${tip.head.time}`).toBe(isApplied)
      for (const action of foreseen ?? []) {
        waiting.push({ transaction: answer as TransactionId, action })
        if (action.type === 'escrow-transfer')
          openedBy.set(`${action.from}/${action.escrow}`, answer)
      }
      return isApplied
    },
    /** Ends the block, and compares all three. */
    block: (phases: Set<string>): void => {
      tip.append(pool.pending)
      pool.restart([])
      const now = time(tip.head.time)
      const none = '0'.repeat(40) as TransactionId
      for (const action of vault.lapse(now)) waiting.push({ transaction: none, action })
      const previous = ledger.head
      const block = {
        height: height((previous?.height ?? 1) + 1),
        id: BlockId.parse(tip.head.id),
        previous: previous?.id ?? blockId(0),
        time: now,
        operations: waiting.map((operation, position) => ({ ...operation, position })),
      }
      waiting = []
      ledger = foldBlocks(ledger, [block], testNetwork).ledger
      const listed = Array.from(tip.state.escrows.entries(), ([, one]) => printListed(one))
      const mirrored = [...ledger.escrows.values()].map(printMirrored)
      expect(mirrored.sort(byKey)).toEqual(listed.sort(byKey))
      for (const [key, { terms }] of ledger.escrows)
        expect(terms.opened.transaction).toBe(openedBy.get(key))
      for (const name of people)
        expect(tip.state.accounts.get(name)?.hbd.amount).toBe(vault.purses.get(account(name)))
      expect(vault.total()).toBe(purse * BigInt(people.length))
      for (const { phase } of ledger.escrows.values()) phases.add(phase)
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  }
}

/** What the model makes of an operation: what is applied, with what follows from it; null where it refuses. */
function foresee(
  vault: Vault,
  operation: HiveOperation,
  now: number,
  transaction: string,
): readonly LedgerAction[] | null {
  try {
    const action = actionOf(operation)
    if (action.type === 'custom-json' || action.type === 'escrow-approved') return null
    if (action.type === 'escrow-rejected') return null
    return vault.attempt(() => [action, ...vault.apply(action, time(now), transaction)])
  } catch {
    return null
  }
}

function operationOf(each: Deed, open: readonly ChainEscrow[], now: number): HiveOperation {
  const escrow = each.isAstray ? undefined : open[each.which % Math.max(1, open.length)]
  if (each.what === 'open' || !escrow) return openingOf(each, now)
  const { from, to, agent, escrowId } = escrow
  const sides = { from, to, agent, escrow_id: escrowId }
  const anybody = [from, to, agent, each.receiver][each.who] ?? from
  const approver = escrow.toApproved ? agent : to
  const disputer = each.who % 2 === 0 ? from : to
  switch (each.what) {
    case 'approve':
      return [
        'escrow_approve',
        { ...sides, who: each.isFitting ? approver : anybody, approve: true },
      ]
    case 'refuse':
      return ['escrow_approve', { ...sides, who: anybody, approve: false }]
    case 'dispute':
      return ['escrow_dispute', { ...sides, who: each.isFitting ? disputer : anybody }]
    default:
      return ['escrow_release', { ...sides, ...releaseOf(each, escrow, { anybody, disputer }) }]
  }
}

type Cast = { readonly anybody: string; readonly disputer: string }

function releaseOf(
  { isFitting, milli, receiver }: Deed,
  { from, to, agent, hbd: held, disputed }: ChainEscrow,
  { anybody, disputer }: Cast,
): Readonly<Record<string, string>> {
  const hive = { hive_amount: '0.000 HIVE' }
  if (!isFitting) return { ...hive, hbd_amount: formatHbd(hbd(milli)), who: anybody, receiver }
  const amount = milli > 0n && milli < held.amount ? milli : held.amount
  const other = disputer === from ? to : from
  return {
    ...hive,
    hbd_amount: formatHbd(hbd(amount)),
    who: disputed ? agent : disputer,
    receiver: other,
  }
}

function openingOf(each: Deed, now: number): HiveOperation {
  const { from, to, agent, number, milli, fee, ratifies, expires } = each
  return [
    'escrow_transfer',
    {
      from,
      to,
      agent: each.isFitting
        ? (people.find((name) => name !== from && name !== to) ?? agent)
        : agent,
      escrow_id: number,
      hbd_amount: formatHbd(hbd(each.isFitting && milli > 50n ? 5n : milli)),
      hive_amount: '0.000 HIVE',
      fee: formatHbd(hbd(fee)),
      json_meta: metaOf(from, number),
      ratification_deadline: formatChainTime(time(now + ratifies)),
      escrow_expiration: formatChainTime(time(now + ratifies + expires)),
    },
  ]
}

function metaOf(from: string, number: number): string {
  return canonicalJson({
    app: testNetwork.operationId,
    job: jobId(from, number),
    bid: hashHex('bid'),
  })
}

type Printed = Readonly<Record<string, unknown>> & { readonly key: string }

function printListed(escrow: ChainEscrow): Printed {
  return {
    key: `${escrow.from}/${escrow.escrowId}`,
    to: escrow.to,
    agent: escrow.agent,
    hasTo: escrow.toApproved,
    hasAgent: escrow.agentApproved,
    isDisputed: escrow.disputed,
    held: escrow.hbd.amount,
    fee: escrow.fee.amount,
    ratification: escrow.ratificationDeadline,
    expiration: escrow.expiration,
  }
}

function printMirrored(escrow: Escrow): Printed {
  if (escrow.phase === 'closed') throw new Error('the ledger keeps no closed escrow')
  const { terms } = escrow
  const approvals = escrow.approvals.map(({ by }) => by)
  const isPending = escrow.phase === 'pending'
  return {
    key: `${terms.from}/${terms.id}`,
    to: terms.to,
    agent: terms.agent,
    hasTo: approvals.includes(terms.to),
    hasAgent: approvals.includes(terms.agent),
    isDisputed: escrow.phase === 'disputed',
    held: isPending ? terms.hbd : escrow.held,
    fee: isPending ? terms.fee : 0n,
    ratification: terms.ratificationDeadline,
    expiration: terms.expiration,
  }
}

function byKey(left: Printed, right: Printed): number {
  return left.key < right.key ? -1 : 1
}
