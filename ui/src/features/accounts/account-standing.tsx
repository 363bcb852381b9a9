import type { ReactElement } from 'react'
import { useMemo, useState } from 'react'
import { evidenceRoute } from '#protocol/api/evidence.ts'
import { mostPoints, scorePointsRoute } from '#protocol/api/history.ts'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { isReadOnly } from '#ui/shared/read-only.ts'
import { useCursorList, useRoute } from '#ui/shared/use-route.ts'
import { CustomCard } from './custom-card.tsx'
import { EvidenceCard } from './evidence-card.tsx'
import { RecomputeCard } from './recompute-card.tsx'
import { ScoreHistory } from './score-history.tsx'
import { ScoreTerms } from './score-terms.tsx'
import { checksOf } from './standing-figures.ts'
import type { Reputation } from './use-recompute.ts'
import { useRecompute } from './use-recompute.ts'

export type AccountStandingProps = {
  readonly reputation: Reputation
  /** The role that is looked at. */
  readonly shown: Reputation['scores'][number]
}

const live = { live: ['jobs'] }

/** Everything about one role of an account. */
export function AccountStanding({ reputation, shown }: AccountStandingProps): ReactElement {
  const { account, at } = reputation
  const { role, credit } = shown
  const params = { account }
  const history = useRoute(scorePointsRoute, { params, query: { role, points: mostPoints } }, live)
  const evidence = useCursorList(evidenceRoute, { params, query: { role, limit: 50 } }, live)
  const { state, run } = useRecompute()
  const [picked, setPicked] = useState<number | null>(null)
  const now = useMemo(() => (at ? { ...shown, time: at.time } : null), [shown, at])
  const jobs = evidence.data?.pages.flatMap((page) => page.evidence) ?? []
  return (
    <>
      <ScoreTerms {...shown} checks={checksOf(jobs)} />
      <QueryView query={history}>
        {({ points, isThinned }) => (
          <ScoreHistory {...{ role, points, isThinned }} now={now} onPick={setPicked} />
        )}
      </QueryView>
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <CustomCard {...{ account, role, credit }} />
        {!isReadOnly() && <RecomputeCard state={state} onRun={() => void run(reputation)} />}
      </div>
      <QueryView query={evidence}>
        {() => (
          <EvidenceCard
            role={role}
            evidence={jobs}
            points={history.data?.points ?? []}
            picked={picked}
            recomputed={state.phase === 'done' ? state.result : null}
            onMore={evidence.hasNextPage ? () => void evidence.fetchNextPage() : undefined}
          />
        )}
      </QueryView>
    </>
  )
}
