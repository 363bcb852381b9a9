import type { ReactElement } from 'react'
import type { Score } from './standing-words.ts'
import { scoreText } from './standing-words.ts'

export type ScoreBandProps = { readonly score: Score }

/** A score as a mark on the band that it may lie in, from 0 to 1000. */
export function ScoreBand({ score }: ScoreBandProps): ReactElement {
  const { low, high } = score
  return (
    <svg
      role="img"
      aria-label={`Score ${scoreText(score)}`}
      viewBox="0 0 1000 100"
      preserveAspectRatio="none"
      className="block h-3 w-full"
    >
      <rect y="35" width="1000" height="30" className="fill-plain-ground" />
      <rect
        x={low}
        y="35"
        width={Math.max(high - low, 4)}
        height="30"
        className="fill-accent opacity-40"
      />
      <rect
        x={Math.min(Math.max(score.score - 6, 0), 988)}
        width="12"
        height="100"
        className="fill-accent"
      />
    </svg>
  )
}
