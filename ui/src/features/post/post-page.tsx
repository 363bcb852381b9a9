import type { ReactElement } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { SignInForm } from '#ui/shared/components/sign-in-form.tsx'
import { useSession } from '#ui/shared/session.ts'
import { PostForm } from './post-form.tsx'
import { SourceProgress } from './source-progress.tsx'
import { SourceStep } from './source-step.tsx'
import { useSource } from './use-source.ts'

/** From a video to a job: what it is, what becomes of it, who makes that, and for how much. */
export function PostPage(): ReactElement {
  const session = useSession()
  const { state, flow } = useSource(session !== null)
  return (
    <Page
      title="Post a job"
      lead="A video becomes a stream on IPFS: by your own desktop or browser for nothing, or by the best bid of the community, paid from escrow when it is delivered."
    >
      {!session && (
        <Card title="Sign in">
          <SignInForm />
        </Card>
      )}
      {session && state.phase === 'none' && <SourceStep state={state} flow={flow} />}
      {session && (state.phase === 'uploading' || state.phase === 'examining') && (
        <SourceProgress state={state} onCancel={flow.reset} />
      )}
      {session && state.phase === 'failed' && (
        <Card title="Not taken">
          <div className="grid gap-4">
            <Notice look="bad">{state.message}</Notice>
            <div>
              <Button onClick={flow.reset}>Try another video</Button>
            </div>
          </div>
        </Card>
      )}
      {session && state.phase === 'ready' && (
        <PostForm key={state.source.cid} source={state.source} onReset={flow.reset} />
      )}
    </Page>
  )
}
