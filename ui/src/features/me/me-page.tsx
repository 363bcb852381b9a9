import { Outlet } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { SignInCard } from '#ui/shared/components/sign-in-card.tsx'
import { useSession } from '#ui/shared/session.ts'
import { MeTabs } from './me-tabs.tsx'

/** What is of the account that is signed in; its parts have addresses of their own. */
export function MePage(): ReactElement {
  const session = useSession()
  return (
    <Page
      title="My account"
      lead="Earnings, settings, your desktop agent, and what was done here in your name."
    >
      {session ? (
        <>
          <MeTabs />
          <Outlet />
        </>
      ) : (
        <SignInCard />
      )}
    </Page>
  )
}
