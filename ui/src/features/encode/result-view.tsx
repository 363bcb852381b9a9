import type { ReactElement } from 'react'
import { lazy, Suspense } from 'react'
import type { JobView } from '#protocol/api/jobs.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import type { Outcome } from './encode-state.ts'
import { formatBytes } from './format.ts'
import { OutcomeFacts } from './outcome-facts.tsx'

const Player = lazy(async () => {
  const { StreamPlayer } = await import('#ui/shared/components/stream-player.tsx')
  return { default: StreamPlayer }
})

export type ResultViewProps = {
  readonly job: JobView
  readonly outcome: Outcome
  readonly speed: number
  readonly onAgain: () => void
}

/** The finished stream, to look at and to take along. */
export function ResultView({ job, outcome, speed, onAgain }: ResultViewProps): ReactElement {
  const { result } = job
  if (!result) return <Notice look="bad">The job has ended without a result.</Notice>
  const address = `/ipfs/${result.outputCid}/master.m3u8`
  return (
    <Card title="Encoded and checked">
      <div className="grid gap-4">
        <Notice look="good">
          {`${formatBytes(result.outputSizeBytes)} at ${speed.toFixed(1)}× real time`}
        </Notice>
        <Suspense fallback={<div className="aspect-video rounded-lg bg-black" />}>
          <Player address={address} title={job.permlink} />
        </Suspense>
        <OutcomeFacts outcome={outcome} />
        <p className="break-all text-sm text-muted">
          CID <code>{result.outputCid}</code>
        </p>
        <div className="flex flex-wrap items-center gap-4">
          <Button onClick={onAgain}>Encode another video</Button>
          <a href={address} className="py-2 text-accent underline">
            Address of the stream
          </a>
        </div>
      </div>
    </Card>
  )
}
