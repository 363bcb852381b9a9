import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { DeterminismClass } from '#protocol/encoder.ts'
import type { EncodedTracks } from '../encoding/manifest.ts'
import { buildManifest } from '../encoding/manifest.ts'
import { playablePart } from '../encoding/playable-part.ts'
import { cidMasterName, masterName } from '../encoding/playlist.ts'
import { growingFiles } from '../encoding/tree-files.ts'
import type { OutputFolder } from './output-folder.ts'

/** The playlists of a tree that is being encoded: a player may watch what is finished from the beginning on. */
export type GrowingTree = {
  /** Lets the playlists grow by what has been finished since. Calls are carried out one after another. */
  publish(): Promise<void>
}

/** A track that is whole is closed at once. The masters come last: when they are there, each playlist that they name has something to play. */
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
  const published = new Map<string, string>()
  let last: Promise<void> = Promise.resolve()

  const publishNow = async (): Promise<void> => {
    const part = playablePart(buildManifest(terms, determinismClass, tracks))
    const files = part ? growingFiles(part) : []
    const texts = files.flatMap((file) => ('text' in file ? [file] : []))
    for (const { path, text } of texts.toSorted(mastersLast)) {
      if (published.get(path) === text) continue
      await folder.writeText(path, text)
      published.set(path, text)
    }
  }

  return {
    publish: () => {
      last = last.then(publishNow)
      return last
    },
  }
}

type Placed = { readonly path: string }

function mastersLast(a: Placed, b: Placed): number {
  return Number(isMaster(a)) - Number(isMaster(b))
}

function isMaster({ path }: Placed): boolean {
  return path === masterName || path === cidMasterName
}
