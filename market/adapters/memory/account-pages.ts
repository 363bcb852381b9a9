import { z } from 'zod'
import { deedsOf } from '#contracts/deeds.ts'
import { linksOf } from '#contracts/explain-standing.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { ChainTime } from '#protocol/ids.ts'
import type {
  AccountEntry,
  AccountsQuestion,
  EvidenceEntry,
  PageOptions,
} from '../../ports/chain-queries.ts'
import { hasRole } from '../../services/keep-scores.ts'
import type { JobIndex } from './job-index.ts'
import type { LedgerSources } from './ledger-sources.ts'
import { comparePlaces, listPage } from './list-page.ts'

const alphabetical = ['arbiter', 'creator', 'encoder'] as const

/** The roles in which an account stands. */
export function rolesOf(ledger: Ledger, account: HiveAccount): AccountEntry['roles'] {
  return alphabetical.filter((role) => hasRole(ledger, account, role))
}

const DeedPlace = z.tuple([z.int(), z.string(), z.int()])
type Placed = { readonly entry: EvidenceEntry; readonly place: number }

/** What jobs say of an account, the newest first. */
export function evidencePage(
  jobs: JobIndex,
  { account, role }: { readonly account: HiveAccount; readonly role: AccountsQuestion['role'] },
  page: PageOptions,
) {
  const placed = jobs
    .of(account)
    .flatMap((job): readonly Placed[] =>
      deedsOf(job).flatMap((deed, place) => {
        if (deed.account !== account || deed.role !== role) return []
        const { counterpart, at, good, fault, marks } = deed
        const links = linksOf(job, deed)
        return [
          {
            place,
            entry: { job: job.id, counterpart, at, good, fault, marks, links, record: job },
          },
        ]
      }),
    )
    .sort((left, right) => comparePlaces(placeOf(right), placeOf(left)))
  const { rows, next } = listPage(placed, page, {
    schema: DeedPlace,
    place: placeOf,
    isBehind: (each, from) => comparePlaces(placeOf(each), from) < 0,
  })
  return { rows: rows.map(({ entry }) => entry), next }
}

function placeOf({ entry: { at, job }, place }: Placed): readonly [number, string, number] {
  return [at.height, job, place]
}

const Numbered = z.tuple([z.int(), z.string()])
const Named = z.tuple([z.string()])

/** Everybody in a role. */
export function accountsPage(
  { ledger, history, scores }: LedgerSources,
  { role, search = '', sort = 'score' }: AccountsQuestion,
  page: PageOptions,
) {
  const now = ledger()
  const entries = [...scores.in(role)]
    .filter(([account]) => account.startsWith(search))
    .map(([account, score]): AccountEntry => {
      const deeds = Number(now.standings.get(account)?.[role]?.deeds ?? 0n)
      const activeTime = history.activeTime(account) ?? ChainTime.parse(0)
      const roles = rolesOf(now, account)
      return { account, ...score, deeds, activeTime, roles, node: now.nodes.get(account) ?? null }
    })
  if (sort === 'account')
    return listPage(
      entries.sort((left, right) => comparePlaces([left.account], [right.account])),
      page,
      {
        schema: Named,
        place: ({ account }) => [account],
        isBehind: ({ account }, from) => comparePlaces([account], from) > 0,
      },
    )
  const place = ({ account, score, activeTime }: AccountEntry): readonly [number, string] => [
    sort === 'score' ? score : activeTime,
    account,
  ]
  return listPage(
    entries.sort((left, right) => comparePlaces(place(right), place(left))),
    page,
    { schema: Numbered, place, isBehind: (each, from) => comparePlaces(place(each), from) < 0 },
  )
}
