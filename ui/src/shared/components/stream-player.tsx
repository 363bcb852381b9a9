import Hls from 'hls.js/light'
import type { ReactElement } from 'react'
import { useEffect, useRef, useState } from 'react'
import { Notice } from './notice.tsx'

export type StreamPlayerProps = { readonly address: string; readonly title: string }

/** Plays an HLS stream, by hls.js where the browser has the means, else by the browser itself. */
export function StreamPlayer({ address, title }: StreamPlayerProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    const element = video.current
    if (!element) return
    setFailure(null)
    if (!Hls.isSupported()) {
      element.src = address
      return () => element.removeAttribute('src')
    }
    const player = new Hls()
    player.on(Hls.Events.ERROR, (_, { fatal, details }) => {
      if (fatal) setFailure(`The stream does not play: ${details}.`)
    })
    player.loadSource(address)
    player.attachMedia(element)
    return () => player.destroy()
  }, [address])
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
      {failure !== null && <Notice look="bad">{failure}</Notice>}
    </div>
  )
}
