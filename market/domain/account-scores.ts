import type { Role } from '#contracts/deeds.ts'
import { parametersAt } from '#contracts/parameters.ts'
import type { Evidence } from '#contracts/reputation.ts'
import { creditOf, customOf, fadingAt, meritsOf, scoreOf } from '#contracts/reputation.ts'
import type { BlockHeight, HiveAccount } from '#protocol/ids.ts'
import type { AccountScore, CustomEntry, CustomView } from '../ports/chain-queries.ts'

/** In whose eyes, and when: an account's part in what is known of the market. */
export type InRole = {
  readonly account: HiveAccount
  readonly role: Role
  readonly height: BlockHeight
}

/** How an account stands in a role, with the terms that the score is made of. */
export function scoreInRole(evidence: Evidence, { account, role, height }: InRole): AccountScore {
  const record = evidence.standings.get(account)?.[role]
  const marks = [...(record?.marks ?? [])].map(([mark, times]) => [mark, Number(times)])
  return {
    role,
    ...scoreOf(evidence, account, role, height),
    ...meritsOf(evidence, account, role, height),
    deeds: Number(record?.deeds ?? 0n),
    marks: Object.fromEntries(marks),
  }
}

/** By whose custom an account stands where it does. The credits of all, those that are not shown included, are the score's. */
export function customInRole(
  { standings }: Pick<Evidence, 'standings'>,
  { account, role, height }: InRole,
  limit: number,
): CustomView {
  const faded = fadingAt(height)
  const { reputation } = parametersAt(height)
  const all = [...(standings.get(account)?.[role]?.good ?? [])]
    .map(([counterpart, grown]): CustomEntry => {
      const custom = customOf(standings, account, role, counterpart)
      const credit = creditOf(grown, custom, faded, reputation)
      const { elsewhere, returned } = custom
      return {
        ...{ counterpart, credit, good: faded(grown) },
        ...{ elsewhere: faded(elsewhere), returned: faded(returned) },
      }
    })
    .sort(byCredit)
  const rest = all.slice(limit)
  return {
    custom: all.slice(0, limit),
    others: {
      counterparts: rest.length,
      good: rest.reduce((sum, { good }) => sum + good, 0n),
      credit: rest.reduce((sum, { credit }) => sum + credit, 0n),
    },
  }
}

/** Nobody's custom. */
export const noCustom: CustomView = {
  custom: [],
  others: { counterparts: 0, good: 0n, credit: 0n },
}

function byCredit(left: CustomEntry, right: CustomEntry): number {
  if (left.credit !== right.credit) return left.credit > right.credit ? -1 : 1
  return left.counterpart < right.counterpart ? -1 : 1
}
