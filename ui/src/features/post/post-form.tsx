import type { ReactElement } from 'react'
import { useState } from 'react'
import { quoteRoute } from '#protocol/api/posting.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { hbdText } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'
import { keepPosting } from './kept-posting.ts'
import { LadderChoice } from './ladder-choice.tsx'
import { PostButtons } from './post-buttons.tsx'
import {
  jobOf,
  missingIn,
  obstacleOf,
  parseCeiling,
  suggestedCeiling,
  usualTerms,
  wantedLadder,
  withRendition,
  withTier,
  withTierEarlier,
} from './post-terms.ts'
import { PriceChoice } from './price-choice.tsx'
import { SourceFacts } from './source-facts.tsx'
import type { PostSource } from './source-state.ts'
import { TierChoice } from './tier-choice.tsx'
import { usePost } from './use-post.ts'

export type PostFormProps = { readonly source: PostSource; readonly onReset: () => void }

/** Price lists change with the chain, and nobody chooses for long. */
const quoteEveryMs = 30_000

/** Everything there is to choose about the job of a video. */
export function PostForm({ source, onReset }: PostFormProps): ReactElement {
  const [terms, setTerms] = useState(() => usualTerms(source))
  const { state, post, sign } = usePost(source.cid, onReset)
  const forget = (): void => {
    keepPosting(null)
    onReset()
  }
  const ladder = wantedLadder(source.ladder, terms)
  const quote = useRoute(
    quoteRoute,
    { body: { ladder: ladder.length > 0 ? ladder : source.ladder, seconds: source.seconds } },
    { everyMs: quoteEveryMs },
  )
  const usual = suggestedCeiling(quote.data?.asks ?? null, quote.data?.arbiters[0]?.fee ?? null)
  const ceiling = terms.ceiling === null ? usual : parseCeiling(terms.ceiling)
  const suggested = usual === null ? '' : hbdText(usual).replace(' HBD', '')
  return (
    <>
      <Card title="Your video">
        <SourceFacts source={source} />
        <div className="mt-4 flex flex-wrap items-center gap-4">
          <Button look="quiet" onClick={forget}>
            Choose another video
          </Button>
          {source.isShort && (
            <p className="text-muted">
              It is shorter than two minutes: <AppLink to="/encode">encode it in this tab</AppLink>,
              for nothing.
            </p>
          )}
        </div>
      </Card>
      <Card title="The ladder it gets">
        <LadderChoice
          ladder={source.ladder}
          chosen={terms.renditions}
          onToggle={(name) => setTerms(withRendition(terms, name))}
        />
      </Card>
      <Card title="Who encodes it">
        <TierChoice
          tiers={terms.tiers}
          obstacleOf={(tier) => obstacleOf(tier, source, terms)}
          onToggle={(tier) => setTerms(withTier(terms, tier))}
          onEarlier={(tier) => setTerms(withTierEarlier(terms, tier))}
        />
      </Card>
      {terms.tiers.includes('community') && (
        <Card title="What the community asks">
          <QueryView query={quote} skeleton={<Skeleton lines={7} />}>
            {(data) => (
              <PriceChoice
                {...{ quote: data, terms, suggested, onChange: setTerms }}
                isCeilingValid={ceiling !== null}
              />
            )}
          </QueryView>
        </Card>
      )}
      <PostButtons
        {...{ state, missing: missingIn(terms, source, ceiling), onSign: sign }}
        needsOffer={terms.tiers[0] === 'community'}
        onPost={() => post(jobOf(source, terms, ceiling), terms)}
      />
    </>
  )
}
