import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

const tabs = [
  { to: '/me', name: 'Earnings' },
  { to: '/me/settings', name: 'Settings' },
  { to: '/me/agent', name: 'Desktop agent' },
  { to: '/me/webhooks', name: 'Webhooks' },
  { to: '/me/audit', name: 'Audit trail' },
  { to: '/me/keys', name: 'Keys' },
] as const

const look =
  '-mb-px border-b-2 border-transparent px-1 py-2 text-muted hover:text-text [&.active]:border-accent [&.active]:font-medium [&.active]:text-text'

/** The parts of the account's pages. */
export function MeTabs(): ReactElement {
  return (
    <nav aria-label="My account" className="flex flex-wrap gap-x-5 border-b border-line">
      {tabs.map(({ to, name }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          className={look}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
