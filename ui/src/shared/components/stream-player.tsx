import Hls from 'hls.js/light'
import type { ReactElement } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import { qualityText } from '../format.ts'
import { Notice } from './notice.tsx'

export type StreamPlayerProps = { readonly address: string; readonly title: string }

/** Chooses by the network, as hls.js numbers it. */
const automatic = -1

/** Plays an HLS stream, by hls.js where the browser has the means, else by the browser itself, which chooses the quality alone. */
export function StreamPlayer({ address, title }: StreamPlayerProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null)
  const player = useRef<Hls | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [qualities, setQualities] = useState<readonly string[]>([])
  useEffect(() => {
    const element = video.current
    if (!element) return
    setFailure(null)
    setQualities([])
    if (!Hls.isSupported()) {
      element.src = address
      return () => element.removeAttribute('src')
    }
    const hls = new Hls()
    player.current = hls
    hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
      if (fatal) setFailure(`The stream does not play: ${details}.`)
    })
    hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => setQualities(levels.map(qualityText)))
    hls.loadSource(address)
    hls.attachMedia(element)
    return () => hls.destroy()
  }, [address])
  const choose = (quality: number): void => {
    if (player.current) player.current.currentLevel = quality
  }
  return (
    <div className="grid gap-2">
      {/* biome-ignore lint/a11y/useMediaCaption: a tab makes no subtitles, and a track without text would promise some */}
      <video
        ref={video}
        controls
        playsInline
        aria-label={title}
        className="aspect-video w-full rounded-lg bg-black object-contain"
      />
      {qualities.length > 1 && <QualityPicker qualities={qualities} onChoose={choose} />}
      {failure !== null && <Notice look="bad">{failure}</Notice>}
    </div>
  )
}

type QualityPickerProps = {
  readonly qualities: readonly string[]
  readonly onChoose: (quality: number) => void
}

function QualityPicker({ qualities, onChoose }: QualityPickerProps): ReactElement {
  const id = useId()
  return (
    <div className="flex items-center gap-2 text-sm">
      <label htmlFor={id} className="text-muted">
        Quality
      </label>
      <select
        id={id}
        defaultValue={automatic}
        onChange={({ target }) => onChoose(Number(target.value))}
        className="min-h-8 rounded-lg border border-muted bg-surface px-2"
      >
        <option value={automatic}>Automatic</option>
        {qualities.map((quality, level) => (
          <option key={quality} value={level}>
            {quality}
          </option>
        ))}
      </select>
    </div>
  )
}
