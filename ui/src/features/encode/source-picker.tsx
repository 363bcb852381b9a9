import type { DragEvent, ReactElement } from 'react'
import { useId, useState } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'

export type SourcePickerProps = { readonly onFile: (file: File) => void }

/** Where a video is picked or dropped. */
export function SourcePicker({ onFile }: SourcePickerProps): ReactElement {
  const id = useId()
  const [isOver, setIsOver] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const take = (file: File | undefined): void => {
    if (!file) return
    const isVideo = file.type === '' || file.type.startsWith('video/')
    setRefusal(isVideo ? null : `${file.name} is no video.`)
    if (isVideo) onFile(file)
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setIsOver(false)
    take(event.dataTransfer.files[0])
  }
  const ring = isOver ? 'border-accent' : 'border-line'
  return (
    <Card title="Your video">
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault()
          setIsOver(true)
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
        className={`grid cursor-pointer grid-cols-1 justify-items-center gap-3 rounded-lg border-2 border-dashed px-4 py-10 text-center ${ring}`}
      >
        <span className="font-medium">Drop a video here, or pick one</span>
        <span className="text-muted">MP4, MOV, WebM or Matroska, shorter than 2:00</span>
        <input
          {...{ id, type: 'file', accept: 'video/*,.mkv' }}
          onChange={({ target }) => take(target.files?.[0])}
          className="w-full max-w-80 rounded-lg border border-line p-2 file:mr-3 file:rounded-md file:bg-accent file:px-3 file:py-1 file:text-on-accent"
        />
      </label>
      {refusal !== null && (
        <div className="mt-3">
          <Notice look="bad">{refusal}</Notice>
        </div>
      )}
    </Card>
  )
}
