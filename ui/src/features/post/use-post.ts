import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { SubmitJob } from '#protocol/api/jobs.ts'
import { submitJobRoute } from '#protocol/api/jobs.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { OfferChoices } from '#ui/shared/offer-job.ts'
import { keepOfferChoices, offerJob } from '#ui/shared/offer-job.ts'
import { callServer } from '#ui/shared/session.ts'

/**
 *   idle -> posting -> signing -> (the job's own page)
 * and from `posting` to `failed`, from `signing` to `unsigned`: the job is posted then, and its offer is not.
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
export function usePost(onPosted: () => void): Post {
  const navigate = useNavigate()
  const [state, setState] = useState<PostState>({ phase: 'idle' })
  /** An answer that was lost is asked for again under the same id, unless the job is another by now. */
  const last = useRef<{ readonly text: string; readonly id: EncodingJobId } | null>(null)

  const follow = (job: EncodingJobId): void => {
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
    const text = `${terms.inputCid} ${terms.budget} ${terms.tiers} ${terms.qualities}`
    if (last.current?.text !== text)
      last.current = { text, id: EncodingJobId.parse(crypto.randomUUID()) }
    const { id } = last.current
    keepOfferChoices(id, choices)
    callServer(submitJobRoute, { body: { ...terms, id } }).then(
      ({ job }) => (job.tier === 'community' ? sign(job.id) : follow(job.id)),
      (error: unknown) => setState({ phase: 'failed', message: messageOf(error) }),
    )
  }
  return { state, post, sign }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
