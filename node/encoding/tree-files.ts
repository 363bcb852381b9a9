import { canonicalJson } from '#protocol/canonical.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { audioRendition } from './audio-arguments.ts'
import {
  audioPlaylist,
  manifestName,
  masterName,
  masterPlaylist,
  playlistName,
  segmentName,
  videoPlaylist,
} from './playlist.ts'

/** One file of a tree: a text made from the manifest, or a segment that exists already. */
export type TreeFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly cid: Cid; readonly bytes: number }

/** Every file of the tree that a manifest describes. Equal manifests give equal trees, to the byte. */
export function treeFiles(manifest: Manifest): readonly TreeFile[] {
  const { renditions, audio, grid } = manifest
  return [
    { path: masterName, text: masterPlaylist(manifest) },
    { path: manifestName, text: canonicalJson(manifest) },
    ...renditions.flatMap((rendition) => [
      { path: playlistName(rendition.name), text: videoPlaylist(rendition, grid.rate) },
      ...segmentEntries(rendition.name, rendition.segments),
    ]),
    ...(audio
      ? [
          { path: playlistName(audioRendition), text: audioPlaylist(audio) },
          ...segmentEntries(audioRendition, audio.segments),
        ]
      : []),
  ]
}

function segmentEntries(
  rendition: string,
  segments: readonly SegmentRecord[],
): readonly TreeFile[] {
  return segments.map(({ cid, bytes }, index) => ({
    path: `${rendition}/${segmentName(index)}`,
    cid,
    bytes,
  }))
}
