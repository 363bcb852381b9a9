import type { ReactElement } from 'react'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { tierTexts } from './post-terms.ts'

export type TierChoiceProps = {
  /** Those that are chosen, the first to be asked first. */
  readonly tiers: readonly EncoderKind[]
  readonly obstacleOf: (tier: EncoderKind) => string | null
  readonly onToggle: (tier: EncoderKind) => void
  readonly onEarlier: (tier: EncoderKind) => void
}

const all: readonly EncoderKind[] = ['agent', 'browser', 'community']

/** Who may encode the video, in the order in which they are asked. */
export function TierChoice({
  tiers,
  obstacleOf,
  onToggle,
  onEarlier,
}: TierChoiceProps): ReactElement {
  const shown = [...tiers, ...all.filter((tier) => !tiers.includes(tier))]
  return (
    <ol className="grid gap-1">
      {shown.map((tier) => {
        const { name, note } = tierTexts[tier]
        const place = tiers.indexOf(tier)
        const obstacle = obstacleOf(tier)
        return (
          <li key={tier} className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1">
            <label className="flex flex-1 items-center gap-3">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={place >= 0}
                disabled={obstacle !== null && place < 0}
                onChange={() => onToggle(tier)}
              />
              <span>
                <span className="font-medium">
                  {place >= 0 && tiers.length > 1 ? `${place + 1}. ` : ''}
                  {name}
                </span>{' '}
                <span className="text-muted">{obstacle ?? note}</span>
              </span>
            </label>
            {place > 0 && (
              <Button
                look="quiet"
                aria-label={`Ask ${name} earlier`}
                onClick={() => onEarlier(tier)}
              >
                Earlier
              </Button>
            )}
          </li>
        )
      })}
    </ol>
  )
}
