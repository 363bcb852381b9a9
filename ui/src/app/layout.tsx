import { Link, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { PlayMoney } from '#ui/shared/components/play-money.tsx'
import { SessionBadge } from '#ui/shared/components/session-badge.tsx'
import { pages } from './pages.ts'

/** What nobody misses at first comes after the page. */
const Footer = lazyRouteComponent(() => import('./footer.tsx'), 'Footer')
const WalletHint = lazyRouteComponent(
  () => import('#ui/shared/components/wallet-hint.tsx'),
  'WalletHint',
)

const look =
  'rounded px-1 py-1 text-muted hover:text-text [&.active]:font-medium [&.active]:text-text [&.active]:underline [&.active]:decoration-accent [&.active]:decoration-2 [&.active]:underline-offset-8'

/** Head, frame and foot of every page. */
export function Layout(): ReactElement {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-surface focus:p-3"
      >
        Skip to the content
      </a>
      <PlayMoney />
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
          <Link to="/" className="flex items-center gap-2 font-semibold">
            <img src="/icon.svg" alt="" width="24" height="24" />
            spk-encoder
          </Link>
          <nav aria-label="Pages" className="flex flex-wrap gap-x-4 gap-y-1">
            {pages.map(({ to, name }) => (
              <Link key={to} to={to} className={look}>
                {name}
              </Link>
            ))}
            <a href="/api" className={look}>
              API
            </a>
          </nav>
          <div className="ml-auto">
            <SessionBadge />
          </div>
        </div>
      </header>
      <main id="main" className="mx-auto w-full max-w-6xl flex-1 px-4 py-6">
        <Outlet />
      </main>
      <Suspense fallback={<div className="min-h-12 border-t border-line" />}>
        <Footer />
      </Suspense>
      <Suspense>
        <WalletHint />
      </Suspense>
    </div>
  )
}
