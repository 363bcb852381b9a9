import { Link } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'

export type AppLinkProps = {
  /** An address of this dashboard, as `/jobs/42`. */
  readonly to: string
  readonly children: ReactNode
}

/** Leads to another page without loading it anew. */
export function AppLink({ to, children }: AppLinkProps): ReactElement {
  return (
    <Link to={to} className="text-accent underline underline-offset-2">
      {children}
    </Link>
  )
}
