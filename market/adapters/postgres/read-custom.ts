import type { Role } from '#contracts/deeds.ts'
import { parametersAt } from '#contracts/parameters.ts'
import { creditOf, customOf, fadingAt } from '#contracts/reputation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { AnsweredAt, CustomEntry, CustomView } from '../../ports/chain-queries.ts'
import type { PostgresDatabase } from './database.ts'
import { readEvidence } from './read-evidence.ts'

const nothing: CustomView = { custom: [], others: { counterparts: 0, good: 0n, credit: 0n } }

/** By whose custom an account stands where it does. The credits of all, those that are not shown included, are the score's. */
export async function readCustom(
  database: Pick<PostgresDatabase, 'select'>,
  { account, role }: { readonly account: HiveAccount; readonly role: Role },
  at: AnsweredAt | null,
  limit: number,
): Promise<CustomView> {
  if (!at) return nothing
  const { standings } = await readEvidence(database, account, { ...at, id: at.block })
  const faded = fadingAt(at.height)
  const { reputation } = parametersAt(at.height)
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

function byCredit(left: CustomEntry, right: CustomEntry): number {
  if (left.credit !== right.credit) return left.credit > right.credit ? -1 : 1
  return left.counterpart < right.counterpart ? -1 : 1
}
