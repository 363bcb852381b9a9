import { Link, Outlet } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { SessionBadge } from '#ui/shared/components/session-badge.tsx'

/** Head and frame of every page. */
export function Layout(): ReactElement {
  return (
    <>
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:p-3">
        Skip to the content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-4xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
          <Link to="/encode" className="flex items-center gap-2 font-semibold">
            <img src="/icon.svg" alt="" width="24" height="24" />
            spk-encoder
          </Link>
          <nav aria-label="Pages" className="flex gap-4">
            <Link
              to="/encode"
              className="py-1 text-muted [&.active]:text-text [&.active]:underline"
            >
              Encode in this tab
            </Link>
            <a href="/api" className="py-1 text-muted">
              API
            </a>
          </nav>
          <div className="ml-auto">
            <SessionBadge />
          </div>
        </div>
      </header>
      <main id="main" className="mx-auto max-w-4xl px-4 py-6">
        <Outlet />
      </main>
    </>
  )
}
