import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { ScoreBand } from './score-band.tsx'
import type { Role, Score } from './standing-words.ts'
import { roleNames } from './standing-words.ts'

export type RoleTabsProps = {
  readonly account: string
  readonly scores: readonly (Score & { readonly role: Role })[]
  readonly shown: Role
}

/** The roles in which an account stands, with its score in each; one is looked at. */
export function RoleTabs({ account, scores, shown }: RoleTabsProps): ReactElement {
  return (
    <nav aria-label="Roles" className="grid gap-3 sm:grid-cols-3">
      {scores.map((score) => (
        <Link
          key={score.role}
          to="/accounts/$account"
          params={{ account }}
          search={{ role: score.role }}
          aria-current={score.role === shown ? 'page' : undefined}
          className="rounded-xl border border-line bg-surface p-4 hover:border-accent aria-[current]:border-accent aria-[current]:ring-1 aria-[current]:ring-accent"
        >
          <span className="flex items-baseline justify-between gap-3">
            <span className="text-muted">{roleNames[score.role]}</span>
            <span className="text-2xl font-semibold tabular-nums">{score.score}</span>
          </span>
          <span className="mt-2 block">
            <ScoreBand score={score} />
          </span>
          <span className="mt-1 block text-sm text-muted tabular-nums">
            between {score.low} and {score.high} of 1000
          </span>
        </Link>
      ))}
    </nav>
  )
}
