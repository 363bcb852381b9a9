import type { ReactElement } from 'react'
import { customRoute } from '#protocol/api/history.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { percentText } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'
import { nanoHbdText } from './standing-figures.ts'
import type { Role } from './standing-words.ts'
import { customNames } from './standing-words.ts'

export type CustomCardProps = {
  readonly account: HiveAccount
  readonly role: Role
  /** All that is credited, of which these are parts. */
  readonly credit: bigint
}

/** By whose custom an account stands where it does: a share for each, and what is known of them elsewhere. */
export function CustomCard({ account, role, credit }: CustomCardProps): ReactElement {
  const query = useRoute(customRoute, { params: { account }, query: { role } }, { live: ['jobs'] })
  const shareOf = (part: bigint): number =>
    credit > 0n ? Number((part * 1_000_000n) / credit) / 1_000_000 : 0
  return (
    <Card title={customNames[role]}>
      <QueryView
        query={query}
        empty={{ when: ({ custom }) => custom.length === 0, say: 'Nobody yet.' }}
      >
        {({ custom, others }) => (
          <ul className="grid gap-3">
            {custom.map(({ counterpart, good, credit: part, elsewhere }) => (
              <li key={counterpart}>
                <div className="flex justify-between gap-3">
                  <AccountLink account={counterpart} />
                  <span className="tabular-nums">{percentText(shareOf(part))}</span>
                </div>
                <ShareBar share={shareOf(part)} />
                <p className="mt-1 text-sm text-muted tabular-nums">
                  {nanoHbdText(part)} credited of {nanoHbdText(good)}; {nanoHbdText(elsewhere)}{' '}
                  elsewhere
                </p>
              </li>
            ))}
            {others.counterparts > 0 && (
              <li className="text-muted">
                and {others.counterparts.toLocaleString('en')} others:{' '}
                {percentText(shareOf(others.credit))}
              </li>
            )}
          </ul>
        )}
      </QueryView>
    </Card>
  )
}

function ShareBar({ share }: { readonly share: number }): ReactElement {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 2"
      preserveAspectRatio="none"
      className="mt-1 h-2 w-full rounded bg-plain-ground"
    >
      <rect width={share * 100} height="2" className="fill-accent" />
    </svg>
  )
}
