import type { ReactElement } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { ProgressLine } from '#ui/shared/components/progress-line.tsx'
import { bytesText, durationText } from '#ui/shared/format.ts'
import type { SourceState } from './source-state.ts'

export type SourceProgressProps = {
  readonly state: Extract<SourceState, { phase: 'uploading' | 'examining' }>
  readonly onCancel: () => void
}

/** A video on its way to the server, and how the server looks at it. */
export function SourceProgress({ state, onCancel }: SourceProgressProps): ReactElement {
  const isUploading = state.phase === 'uploading'
  const title = isUploading ? 'Uploading' : 'Looking at the video'
  return (
    <Card title={title}>
      <div className="grid gap-4">
        <p className="font-medium break-all">{state.name}</p>
        <ProgressLine {...{ title, percent: state.percent, detail: detailOf(state) }} />
        <div>
          <Button look="quiet" onClick={onCancel}>
            Choose another video
          </Button>
        </div>
      </div>
    </Card>
  )
}

function detailOf(state: SourceProgressProps['state']): string {
  if (state.phase === 'examining') return 'The server reads it from end to end.'
  const { bytesPerSecond, etaSeconds } = state
  if (bytesPerSecond === 0) return 'Starting…'
  const left = etaSeconds === null ? '' : `, ${durationText(etaSeconds)} left`
  return `${bytesText(bytesPerSecond)} a second${left}`
}
