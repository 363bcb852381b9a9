import type { ReactElement } from 'react'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Button } from '#ui/shared/components/button.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { useSession } from '#ui/shared/session.ts'
import type { PostState } from './use-post.ts'

export type PostButtonsProps = {
  readonly state: PostState
  /** What is missing, in words; null where nothing is. */
  readonly missing: string | null
  /** The community is asked first, so that an offer is signed at once. */
  readonly needsOffer: boolean
  readonly onPost: () => void
  readonly onSign: (job: EncodingJobId) => void
}

/** Posts the job, and says what is in the way. */
export function PostButtons({
  state,
  missing,
  needsOffer,
  onPost,
  onSign,
}: PostButtonsProps): ReactElement {
  const isDevelopment = useSession()?.wallet === 'development'
  const signer = isDevelopment ? 'the development signer' : 'Keychain'
  if (state.phase === 'unsigned')
    return (
      <div className="grid gap-3">
        <Notice look="bad">The job is posted, its offer is not: {state.message}</Notice>
        <div className="flex flex-wrap items-center gap-4">
          <Button onClick={() => onSign(state.job)}>Sign the offer with {signer}</Button>
          <AppLink to={`/jobs/${state.job}`}>Look at the job</AppLink>
        </div>
      </div>
    )
  const words = {
    idle: needsOffer ? `Post and sign with ${signer}` : 'Post the job',
    failed: 'Try again',
    posting: 'Posting…',
    signing: isDevelopment ? 'The development signer signs…' : 'Confirm in Keychain…',
  }
  const isBusy = state.phase === 'posting' || state.phase === 'signing'
  return (
    <div className="grid gap-3">
      {state.phase === 'failed' && <Notice look="bad">{state.message}</Notice>}
      <div className="flex flex-wrap items-center gap-4">
        <Button disabled={isBusy || missing !== null} onClick={onPost}>
          {words[state.phase]}
        </Button>
        <p className="text-muted" role="status">
          {missing ??
            (needsOffer
              ? 'The offer is public and moves no money: you award a bid later.'
              : 'Nothing is signed now.')}
        </p>
      </div>
    </div>
  )
}
