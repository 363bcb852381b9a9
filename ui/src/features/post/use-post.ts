import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { SubmitJob } from '#protocol/api/jobs.ts'
import { submitJobRoute } from '#protocol/api/jobs.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'
import type { OfferChoices } from '#ui/shared/offer-job.ts'
import { keepOfferChoices, offerJob } from '#ui/shared/offer-job.ts'
import { callServer, currentSession } from '#ui/shared/session.ts'
import type { KeptPosting } from './kept-posting.ts'
import { keepPosting, keptPosting } from './kept-posting.ts'

/**
 *   idle -> posting -> signing -> (the job's own page)
 * and from `posting` to `failed`, from `signing` to `unsigned`: the job is posted then, and its offer is not. A page that is loaded
 * between the two begins there.
 */
export type PostState =
  | { readonly phase: 'idle' | 'posting' | 'signing' }
  | { readonly phase: 'failed'; readonly message: string }
  | { readonly phase: 'unsigned'; readonly job: EncodingJobId; readonly message: string }

export type Post = {
  readonly state: PostState
  readonly post: (job: Omit<SubmitJob, 'id'>, choices: OfferChoices) => void
  /** Tries once more to have the offer of the posted job signed. */
  readonly sign: (job: EncodingJobId) => void
}

/** Posts a job once, however often its button is pressed, has its offer signed where the community is asked first, and leads to it. */
export function usePost(source: Cid, onPosted: () => void): Post {
  const navigate = useNavigate()
  const owner = currentSession()?.account ?? null
  const [state, setState] = useState<PostState>(() => beganWith(keptPosting(owner, source)))

  const follow = (job: EncodingJobId): void => {
    keepPosting(null)
    onPosted()
    void navigate({ to: `/jobs/${job}` })
  }
  const sign = (job: EncodingJobId): void => {
    setState({ phase: 'signing' })
    offerJob(job).then(
      () => follow(job),
      (error: unknown) => setState({ phase: 'unsigned', job, message: messageOf(error) }),
    )
  }
  const post = (terms: Omit<SubmitJob, 'id'>, choices: OfferChoices): void => {
    setState({ phase: 'posting' })
    const text = `${terms.budget} ${terms.tiers} ${terms.qualities}`
    const kept = keptPosting(owner, source)
    const id = kept?.terms === text ? kept.id : EncodingJobId.parse(crypto.randomUUID())
    const keep = (isPosted: boolean): void =>
      keepPosting(owner && { owner, source, terms: text, id, isPosted })
    keep(false)
    keepOfferChoices(id, choices)
    callServer(submitJobRoute, { body: { ...terms, id } }).then(
      ({ job }) => {
        if (job.tier !== 'community') return follow(job.id)
        keep(true)
        sign(job.id)
      },
      (error: unknown) => setState({ phase: 'failed', message: messageOf(error) }),
    )
  }
  return { state, post, sign }
}

function beganWith(kept: KeptPosting | null): PostState {
  if (!kept?.isPosted) return { phase: 'idle' }
  return { phase: 'unsigned', job: kept.id, message: 'the page was left before it was signed.' }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
