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
export const anyRing: fc.Arbitrary<Ring & { readonly members: readonly HiveAccount[] }> = fc
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
        return { members, deals, accounts: size, fees: 0n, locked: 0n }
      }),
  )
  .filter(({ deals }) => deals.length > 0)
