import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { SignInCard } from '#ui/shared/components/sign-in-card.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { useSession } from '#ui/shared/session.ts'
import { SourceStep } from './source-step.tsx'
import { useSource } from './use-source.ts'

/** Loaded once there is a video. */
const SourceProgress = lazyRouteComponent(() => import('./source-progress.tsx'), 'SourceProgress')
const PostForm = lazyRouteComponent(() => import('./post-form.tsx'), 'PostForm')

/** From a video to a job: what it is, what becomes of it, who makes that, and for how much. */
export function PostPage(): ReactElement {
  const session = useSession()
  const { state, flow } = useSource(session !== null)
  return (
    <Page
      title="Post a job"
      lead="A video becomes a stream on IPFS: by your own desktop or browser for nothing, or by the best bid of the community, paid from escrow when it is delivered."
    >
      {!session && <SignInCard />}
      {session && state.phase === 'none' && <SourceStep state={state} flow={flow} />}
      {session && (state.phase === 'uploading' || state.phase === 'examining') && (
        <Suspense fallback={<Skeleton lines={4} />}>
          <SourceProgress state={state} onCancel={flow.reset} />
        </Suspense>
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
        <Suspense fallback={<Skeleton lines={12} />}>
          <PostForm key={state.source.cid} source={state.source} onReset={flow.reset} />
        </Suspense>
      )}
    </Page>
  )
}
