import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { reputationRoute } from '#protocol/api/standing.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { CopyButton } from '#ui/shared/components/copy-button.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { useRoute } from '#ui/shared/use-route.ts'
import { RoleTabs } from './role-tabs.tsx'
import type { Role } from './standing-words.ts'
import type { Reputation } from './use-recompute.ts'

/** Comes while the scores are asked for. */
const standing = import('./account-standing.tsx')
const AccountStanding = lazyRouteComponent(() => standing, 'AccountStanding')

const route = getRouteApi('/accounts/$account')
/** Scores fade with every block; nobody sees it sooner. */
const everyMs = 30_000

/** How an account stands, and everything that follows from. */
export function AccountPage(): ReactElement {
  const { account: name } = route.useParams()
  const { role } = route.useSearch()
  const account = HiveAccount.safeParse(name)
  if (!account.success)
    return (
      <Page title={`@${name}`} lead="No account can have this name.">
        {null}
      </Page>
    )
  return <KnownAccount key={name} account={account.data} role={role} />
}

type KnownAccountProps = { readonly account: HiveAccount; readonly role: Role | undefined }

function KnownAccount({ account, role }: KnownAccountProps): ReactElement {
  const query = useRoute(reputationRoute, { params: { account } }, { live: ['jobs'], everyMs })
  return (
    <Page
      title={`@${account}`}
      lead={<AsOf reputation={query.data} />}
      actions={<CopyButton text={account} what="the account's name" />}
    >
      <QueryView
        query={query}
        skeleton={<Skeleton lines={12} />}
        empty={{
          when: ({ scores }) => scores.length === 0,
          say: 'Nobody has dealt with this account yet, and it is registered for nothing: it has no score.',
        }}
      >
        {(reputation) => {
          const shown =
            reputation.scores.find((score) => score.role === role) ?? busiest(reputation.scores)
          return (
            <div className="grid grid-cols-1 gap-5">
              <RoleTabs account={account} scores={reputation.scores} shown={shown.role} />
              <Suspense fallback={<Skeleton lines={10} />}>
                <AccountStanding key={shown.role} reputation={reputation} shown={shown} />
              </Suspense>
            </div>
          )
        }}
      </QueryView>
    </Page>
  )
}

function AsOf({ reputation }: { readonly reputation: Reputation | undefined }): ReactElement {
  const at = reputation?.at
  if (!at) return <>What its jobs on the chain say of it.</>
  return (
    <>
      What its jobs on the chain say of it, as of block {at.height.toLocaleString('en')},{' '}
      <Time at={new Date(at.time * 1_000)} />.
    </>
  )
}

function busiest(scores: Reputation['scores']): Reputation['scores'][number] {
  return scores.reduce((best, each) => (each.deeds > best.deeds ? each : best))
}
