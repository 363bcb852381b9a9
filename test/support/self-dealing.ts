import fc from 'fast-check'

import type { Ledger } from '#contracts/ledger.ts'
import { meritsOf } from '#contracts/reputation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { account, height } from './builders.ts'
import type { Deal } from './settled-jobs.ts'
import { aSettledJob, ledgerAfter, settledHeight } from './settled-jobs.ts'

/** Accounts that nobody tells apart from strangers but by whom they deal with. */
export const named = (kind: string, number: number): HiveAccount => account(`${kind}-${number}`)

/** Credit of an account as an encoder, in milli-HBD. */
export function creditAt(ledger: Ledger, encoder: HiveAccount, at = settledHeight): number {
  return Number(meritsOf(ledger, encoder, 'encoder', height(at)).credit) / 1e6
}

export const ledgerOf = (deals: readonly Deal[]): Ledger =>
  ledgerAfter(deals.map((deal) => aSettledJob(deal)))

/**
 * Strangers who have work done by one encoder, and spend as much on others. The fees are what makes all of the money count.
 */
export function strangers(count: number, price: bigint, encoder: HiveAccount): readonly Deal[] {
  return Array.from({ length: count }, (_, number) => [
    { creator: named('stranger', number), encoder, price },
    { creator: named('stranger', number), encoder: named('other', number % 3), price },
  ]).flat()
}

/** What HBD costs a ring that keeps it in escrows, and what it has to buy. */
export const costs = {
  /** hived's account_creation_fee. */
  accountHive: 3,
  /** Low on purpose: where HIVE is dearer, a ring is. */
  hbdPerHive: 0.1,
  /** What the savings of HBD pay: what a ring does without. */
  interestPerYear: 0.15,
}

export type Ring = {
  readonly deals: readonly Deal[]
  readonly accounts: number
  /** Milli-HBD paid to an arbiter that is not of the ring. */
  readonly fees: bigint
  /** Milli-HBD times seconds in escrows. */
  readonly locked: bigint
}

/** Milli-HBD that a ring is poorer by, whatever it does. */
export function costOf({ accounts, fees, locked }: Ring): number {
  const making = accounts * costs.accountHive * costs.hbdPerHive * 1_000
  const idle = (Number(locked) * costs.interestPerYear) / (365 * 86_400)
  return making + Number(fees) + idle
}

/** Who pays whom in a ring: any graph of accounts that have no dealings outside, with its money going round as it likes. */
export const anyRing: fc.Arbitrary<Ring> = fc
  .integer({ min: 2, max: 12 })
  .chain((size) =>
    fc
      .array(
        fc.record({
          from: fc.nat(size - 1),
          to: fc.nat(size - 1),
          price: fc.oneof(fc.bigInt(1n, 500n), fc.bigInt(1n, 50_000n)),
        }),
        { minLength: 1, maxLength: 60 },
      )
      .map((edges) => {
        const members = Array.from({ length: size }, (_, number) => named('ring', number))
        const deals = edges.flatMap(({ from, to, price }) =>
          from === to
            ? []
            : [
                {
                  creator: members[from]!,
                  encoder: members[to]!,
                  arbiter: named('ring', size),
                  price,
                },
              ],
        )
        return { deals, accounts: size, fees: 0n, locked: 0n }
      }),
  )
  .filter(({ deals }) => deals.length > 0)

/** Seconds in which a ring's escrow is opened, approved and released: nothing has to be encoded. */
const lockedSeconds = 60n

/** A ring of which each pair of payer and encoder has as much to do with one another as every other pair. */
function evenRing(
  pairs: readonly (readonly [payer: number, encoder: number])[],
  {
    accounts,
    money,
    fee,
  }: { readonly accounts: number; readonly money: bigint; readonly fee: bigint },
): Ring {
  const price = money / BigInt(pairs.length)
  const arbiter = fee > 0n ? account('hired-arbiter') : named('ring', accounts)
  return {
    deals: pairs.map(([payer, encoder]) => ({
      creator: named('ring', payer),
      encoder: named('ring', encoder),
      arbiter,
      price,
      ...(fee > 0n ? { fee } : {}),
    })),
    accounts,
    fees: fee * BigInt(pairs.length),
    locked: money * lockedSeconds,
  }
}

const upTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, place) => place)

/**
 * The ways to deal with oneself that are worth a name, with so many milli-HBD going round in a half-life. Accounts 0, 1, … are the
 * encoders that are to gain; an arbiter of one's own is free and costs one account less than it would.
 */
export function knownRings(
  money: bigint,
): readonly { readonly name: string; readonly ring: Ring }[] {
  const fans = (payers: number, encoders: number) =>
    upTo(payers).flatMap((payer) =>
      upTo(encoders).map((encoder) => [encoders + payer, encoder] as const),
    )
  const everybody = upTo(20).flatMap((payer) =>
    upTo(20).map((encoder) => [payer, encoder] as const),
  )
  const own = { money, fee: 0n }
  return [
    { name: 'one friend', ring: evenRing(fans(1, 1), { accounts: 2, ...own }) },
    { name: '10 payers of one encoder', ring: evenRing(fans(10, 1), { accounts: 11, ...own }) },
    { name: '100 payers of one encoder', ring: evenRing(fans(100, 1), { accounts: 101, ...own }) },
    {
      name: '1,000 payers of one encoder',
      ring: evenRing(fans(1_000, 1), { accounts: 1_001, ...own }),
    },
    { name: '10 payers of two encoders', ring: evenRing(fans(10, 2), { accounts: 12, ...own }) },
    { name: '100 payers of two encoders', ring: evenRing(fans(100, 2), { accounts: 102, ...own }) },
    {
      name: '100 payers of two encoders, with a hired arbiter',
      ring: evenRing(fans(100, 2), { accounts: 102, money, fee: money / 200n / 100n + 1n }),
    },
    { name: '20 payers of 20 encoders', ring: evenRing(fans(20, 20), { accounts: 40, ...own }) },
    {
      name: '20 accounts in a circle',
      ring: evenRing(
        upTo(20).map((payer) => [payer, (payer + 1) % 20] as const),
        { accounts: 20, ...own },
      ),
    },
    {
      name: '20 accounts, each the payer of all others',
      ring: evenRing(
        everybody.filter(([payer, encoder]) => payer !== encoder),
        { accounts: 20, ...own },
      ),
    },
    {
      name: '20 accounts, each the payer of all before it',
      ring: evenRing(
        everybody.filter(([payer, encoder]) => payer > encoder),
        { accounts: 20, ...own },
      ),
    },
  ]
}

export type RingGain = {
  /** Milli-HBD of credit: of the account that gains most, and of all of them together. */
  readonly best: number
  readonly all: number
  readonly winner: HiveAccount
  readonly ledger: Ledger
}

export function gainOf({ deals }: Pick<Ring, 'deals'>): RingGain {
  const ledger = ledgerOf(deals)
  const encoders = [...new Set(deals.flatMap(({ encoder }) => encoder ?? []))]
  const credits = encoders.map((encoder) => ({ encoder, credit: creditAt(ledger, encoder) }))
  const [most] = credits.toSorted((left, right) => right.credit - left.credit)
  if (!most) throw new RangeError('a ring without deals')
  const all = credits.reduce((sum, { credit }) => sum + credit, 0)
  return { best: most.credit, all, winner: most.encoder, ledger }
}
