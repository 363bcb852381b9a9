import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { DeterminismClass } from '#protocol/encoder.ts'
import { segmentCount } from '#protocol/grid.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import type { EncodedTracks } from '../encoding/manifest.ts'
import { buildManifest } from '../encoding/manifest.ts'
import {
  audioPlaylist,
  masterName,
  masterPlaylist,
  playlistName,
  videoPlaylist,
} from '../encoding/playlist.ts'
import type { OutputFolder } from './output-folder.ts'

/** The playlists of a tree that is being encoded: a player may watch what is finished from the beginning on. */
export type GrowingTree = {
  /** Lets the playlists grow by what has been finished since. Calls are carried out one after another. */
  publish(): Promise<void>
}

/** A track that is whole is closed at once. The master comes last: when it is there, each playlist that it names has something to play. */
export function createGrowingTree(
  folder: OutputFolder,
  {
    terms,
    determinismClass,
  }: {
    readonly terms: EncodeRequest['terms']
    readonly determinismClass: DeterminismClass
  },
  tracks: EncodedTracks,
): GrowingTree {
  const published = new Map<string, number>()
  let last: Promise<void> = Promise.resolve()

  const publishNow = async (): Promise<void> => {
    const draft = buildManifest(terms, determinismClass, tracks)
    const { renditions, audio, grid } = draft
    let hasGrown = false
    const grow = async (name: string, length: number, text: () => string): Promise<void> => {
      if (length === (published.get(name) ?? 0)) return
      await folder.writeText(playlistName(name), text())
      published.set(name, length)
      hasGrown = true
    }
    const whole = segmentCount(grid)
    const formOf = (length: number) => ({ isGrowing: length < whole })
    for (const rendition of renditions) {
      const { length } = rendition.segments
      await grow(rendition.name, length, () => videoPlaylist(rendition, grid.rate, formOf(length)))
    }
    if (audio) {
      const { length } = audio.segments
      await grow(audioRendition, length, () => audioPlaylist(audio, formOf(length)))
    }
    const isPlayable = published.size === renditions.length + (audio ? 1 : 0)
    if (hasGrown && isPlayable)
      await folder.writeText(masterName, masterPlaylist(draft, { isGrowing: true }))
  }

  return {
    publish: () => {
      last = last.then(publishNow)
      return last
    },
  }
}
