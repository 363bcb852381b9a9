import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endBlock } from '#node/devchain/chain/end-of-block.ts'
import { genesisState, parseGenesis } from '#node/devchain/genesis.ts'
import { formatTime } from '#node/devchain/hive/chain-time.ts'
import { HiveError } from '#node/devchain/hive/hive-error.ts'
import { blockProducer, nullAccount } from '#node/devchain/hive/limits.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import { parseSignedOperation } from '#node/devchain/operations/operation-table.ts'
import { createLedger } from '#node/devchain/state/ledger.ts'
import type { State } from '#node/devchain/state/state.ts'
import { applyStateChanges, commitOverlay, createStateOverlay } from '#node/devchain/state/state.ts'
import { createTable } from '#node/devchain/state/table.ts'

type Money = { readonly hbd: bigint; readonly hive: bigint }
/** An operation, whose times are relative to the head block, or the end of a block. */
type Step = 'block' | { readonly name: string; readonly body: Record<string, unknown> }

const start = 1_767_225_600
const rich = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
const genesis = genesisState(
  parseGenesis({ accounts: { alice: rich, bob: rich, arbiter: rich } }, 'The genesis'),
  start,
)

const name = fc.constantFrom('alice', 'bob', 'arbiter', nullAccount, 'nobody')
const party = fc.constantFrom('alice', 'bob', 'arbiter')
const text = (symbol: string) => (milli: number) => `${(milli / 1000).toFixed(3)} ${symbol}`
const hbd = fc.nat(60_000).map(text('HBD'))
const hive = fc.nat(30_000).map(text('HIVE'))
const offset = (min: number, max: number) =>
  fc.integer({ min, max }).map((seconds) => ({ seconds }))
const pittance = fc.nat(2_000)
const usualParties = {
  from: fc.constant('alice'),
  to: fc.constant('bob'),
  agent: fc.constant('arbiter'),
}
const anyParties = { from: party, to: party, agent: party }
const escrowId = fc.constantFrom(7, 7, 7, 8)

function escrowBody<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  const usual = {
    arbitrary: fc.record({ ...usualParties, escrow_id: escrowId, ...fields }),
    weight: 5,
  }
  return fc.oneof(usual, fc.record({ ...anyParties, escrow_id: escrowId, ...fields }))
}

const key = devchainPublicKey('alice', 'active')
const authority = { weight_threshold: 1, account_auths: [], key_auths: [[key, 1]] }
const bodies: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  transfer: fc.record({
    from: party,
    to: name,
    amount: fc.oneof(hbd, hive),
    memo: fc.constant(''),
  }),
  account_create: fc.record({
    fee: fc.constantFrom('3.000 HIVE', '2.000 HIVE'),
    creator: party,
    new_account_name: fc.constantFrom('erin', 'frank', 'bob'),
    owner: fc.constant(authority),
    active: fc.constant(authority),
    posting: fc.constant(authority),
    memo_key: fc.constant(key),
    json_metadata: fc.constant(''),
  }),
  escrow_transfer: escrowBody({
    hbd_amount: hbd,
    hive_amount: hive,
    fee: fc.oneof(hbd, hive),
    json_meta: fc.constant(''),
    ratification_deadline: offset(0, 12),
    escrow_expiration: offset(6, 30),
  }),
  escrow_approve: escrowBody({
    who: fc.constantFrom('bob', 'arbiter'),
    approve: fc.oneof({ arbitrary: fc.constant(true), weight: 5 }, fc.constant(false)),
  }),
  escrow_dispute: escrowBody({ who: fc.constantFrom('alice', 'bob') }),
  escrow_release: escrowBody({
    who: party,
    receiver: fc.constantFrom('alice', 'bob'),
    hbd_amount: pittance.map(text('HBD')),
    hive_amount: pittance.map(text('HIVE')),
  }),
}
const escrowWeights: Record<string, number> = {
  escrow_transfer: 3,
  escrow_approve: 5,
  escrow_dispute: 2,
  escrow_release: 4,
}
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant<Step>('block'), weight: 2 },
  ...Object.entries(bodies).map(([kind, body]) => ({
    arbitrary: body.map((values): Step => ({ name: kind, body: values })),
    weight: escrowWeights[kind] ?? 1,
  })),
)

test('no operation makes or loses money, and a refused one changes nothing', () => {
  const outcomes = new Map<string, number>()
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const state = aGenesisState()
      let now = start
      for (const next of steps) {
        const before = moneyIn(state)
        if (next === 'block') {
          const burnt = moneyOf(createLedger(state).account(nullAccount))
          now += 3
          for (const { name: kind } of endBlock(state, { now, witness: blockProducer })) count(kind)
          expect(moneyIn(state)).toEqual({
            hbd: before.hbd - burnt.hbd,
            hive: before.hive - burnt.hive,
          })
        } else {
          const snapshot = rowsOf(state)
          const outcome = attempt(next, state, now)
          count(`${next.name} ${outcome}`)
          expect(moneyIn(state)).toEqual(before)
          if (outcome === 'refused') expect(rowsOf(state)).toEqual(snapshot)
        }
        expectSound(state)
      }
    }),
    { numRuns: 150 },
  )
  for (const kind of Object.keys(bodies)) {
    expect(outcomes.get(`${kind} accepted`)).toBeGreaterThan(10)
    expect(outcomes.get(`${kind} refused`)).toBeGreaterThan(10)
  }
  expect(outcomes.get('escrow_rejected')).toBeGreaterThan(10)
  expect(outcomes.get('clear_null_account_balance')).toBeGreaterThan(10)
})

/** Applies an operation to a copy and keeps the copy only if nothing was refused. */
function attempt({ name: kind, body }: Exclude<Step, 'block'>, state: State, now: number): string {
  const copy = createStateOverlay(state)
  try {
    const operation = parseSignedOperation([kind, withTimes(body, now)])
    operation.validate()
    operation.apply({ ledger: createLedger(copy), now, emit: () => {} })
    commitOverlay(copy)
    return 'accepted'
  } catch (error) {
    if (error instanceof HiveError) return 'refused'
    throw error
  }
}

function withTimes(body: Record<string, unknown>, now: number): Record<string, unknown> {
  const entries = Object.entries(body).map(([field, value]) => {
    const isOffset = typeof value === 'object' && value !== null && 'seconds' in value
    return [field, isOffset ? formatTime(now + Number(value.seconds)) : value]
  })
  return Object.fromEntries(entries)
}

function aGenesisState(): State {
  const state = {
    accounts: createTable(),
    escrows: createTable(),
    counters: createTable(),
  } as State
  applyStateChanges(state, genesis)
  return state
}

function rowsOf({ accounts, escrows, counters }: State) {
  return [accounts, escrows, counters].map((table) => [...table.entries()])
}

function moneyOf({
  hbd: heldHbd,
  hive: heldHive,
}: {
  hbd: { amount: bigint }
  hive: { amount: bigint }
}): Money {
  return { hbd: heldHbd.amount, hive: heldHive.amount }
}

function moneyIn({ accounts, escrows }: State): Money {
  const purses = [...accounts.entries(), ...escrows.entries()].map(([, holder]) => moneyOf(holder))
  const fees = [...escrows.entries()].map(([, { fee }]) => ({
    hbd: fee.symbol === 'HBD' ? fee.amount : 0n,
    hive: fee.symbol === 'HIVE' ? fee.amount : 0n,
  }))
  return [...purses, ...fees].reduce((sum, held) => ({
    hbd: sum.hbd + held.hbd,
    hive: sum.hive + held.hive,
  }))
}

/** Nobody owes anything, and each payer's count of open escrows is right. */
function expectSound({ accounts, escrows }: State): void {
  const open = [...escrows.entries()].map(([, { from }]) => from)
  for (const [account, holder] of accounts.entries()) {
    const { hbd: heldHbd, hive: heldHive } = moneyOf(holder)
    expect(heldHbd >= 0n && heldHive >= 0n).toBe(true)
    expect(holder.openEscrows).toBe(open.filter((from) => from === account).length)
  }
}
