import type { DragEvent, FormEvent, ReactElement } from 'react'
import { useId, useState } from 'react'
import { Cid } from '#protocol/ids.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import type { SourceFlow } from './source-flow.ts'
import type { SourceState } from './source-state.ts'

export type SourceStepProps = {
  readonly state: Extract<SourceState, { phase: 'none' }>
  readonly flow: Pick<SourceFlow, 'upload' | 'take'>
}

const field = 'min-h-10 min-w-0 rounded-lg border border-muted bg-surface px-3'

/** Where a video is picked, dropped, or named by its content id. */
export function SourceStep({ state: { unfinished }, flow }: SourceStepProps): ReactElement {
  const [fileId, cidId] = [useId(), useId()]
  const [isOver, setIsOver] = useState(false)
  const [text, setText] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const take = (file: File | undefined): void => {
    if (!file) return
    const isVideo = file.type === '' || file.type.startsWith('video/')
    setRefusal(isVideo ? null : `${file.name} is no video.`)
    if (isVideo) flow.upload(file)
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setIsOver(false)
    take(event.dataTransfer.files[0])
  }
  const paste = (event: FormEvent): void => {
    event.preventDefault()
    const cid = Cid.safeParse(text.trim().replace(/^(ipfs:\/\/|\/ipfs\/)/, ''))
    setRefusal(cid.success ? null : 'That is no content id: one begins with bafy or bafk.')
    if (cid.success) flow.take(cid.data)
  }
  return (
    <Card title="Your video">
      <div className="grid grid-cols-1 gap-4">
        {unfinished && (
          <p>
            The upload of <span className="font-medium break-all">{unfinished.name}</span> stopped
            at {Math.floor(unfinished.percent)} %. Pick the same file again, and it goes on from
            there.
          </p>
        )}
        <label
          htmlFor={fileId}
          onDragOver={(event) => {
            event.preventDefault()
            setIsOver(true)
          }}
          onDragLeave={() => setIsOver(false)}
          onDrop={drop}
          className={`grid cursor-pointer grid-cols-1 justify-items-center gap-3 rounded-lg border-2 border-dashed px-4 py-10 text-center ${isOver ? 'border-accent' : 'border-line'}`}
        >
          <span className="font-medium">Drop a video here, or pick one</span>
          <span className="text-muted">Uploads go on where they stopped, after a reload too.</span>
          <input
            {...{ id: fileId, type: 'file', accept: 'video/*,.mkv' }}
            onChange={({ target }) => take(target.files?.[0])}
            className="w-full max-w-80 rounded-lg border border-line p-2 file:mr-3 file:rounded-md file:bg-accent file:px-3 file:py-1 file:text-on-accent"
          />
        </label>
        <form onSubmit={paste} className="grid gap-2">
          <label htmlFor={cidId} className="font-medium">
            Or paste the content id of a video that this server has
          </label>
          <div className="flex flex-wrap gap-3">
            <input
              {...{ id: cidId, value: text, spellCheck: false, autoComplete: 'off' }}
              onChange={({ target }) => setText(target.value)}
              className={`${field} flex-1 basis-60 font-mono text-sm`}
            />
            <Button type="submit" look="quiet" disabled={text.trim() === ''}>
              Look at it
            </Button>
          </div>
        </form>
        {refusal !== null && <Notice look="bad">{refusal}</Notice>}
      </div>
    </Card>
  )
}
