import type { Cid } from '#protocol/ids.ts'
import type { AudioRecord, Manifest, RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import { manifestText } from '#protocol/manifest.ts'
import { trackSpan } from '#protocol/range.ts'
import { audioRendition } from './audio-arguments.ts'
import type { PlaylistForm } from './playlist.ts'
import {
  audioPlaylist,
  cidMasterName,
  cidPlaylistName,
  containerOf,
  initName,
  manifestName,
  masterName,
  masterPlaylist,
  playlistName,
  segmentName,
  videoPlaylist,
} from './playlist.ts'
import {
  posterName,
  sheetName,
  storyboardFile,
  storyboardTrack,
  storyboardVtt,
} from './storyboard.ts'
import { subtitleFile, subtitlePlaylist, subtitleTrack } from './subtitle-playlist.ts'
import { textCid } from './text-cid.ts'

/** One file of a tree: a text made from the manifest, or a file that exists already. */
export type TreeFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly cid: Cid; readonly bytes: number }

/** One folder of a tree: its playlist in both forms, and what they refer to. */
type Track = {
  readonly name: string
  readonly files: readonly { readonly name: string; readonly cid: Cid; readonly bytes: number }[]
  readonly playlist: (form: PlaylistForm) => string
}

/** Every file of the tree that a manifest describes. Equal manifests give equal trees, to the byte. */
export function treeFiles(manifest: Manifest): readonly TreeFile[] {
  const { masters, tracks } = playedFiles(manifest, {})
  const record = { path: manifestName, text: manifestText(manifest) }
  return [...masters, record, ...tracks, ...stillFiles(manifest)]
}

/**
 * The files of a tree that is being encoded, from a manifest that has its first segments only: no record of it yet, and
 * playlists that will grow, but for those of tracks that are whole.
 */
export function growingFiles(draft: Manifest): readonly TreeFile[] {
  const { masters, tracks } = playedFiles(draft, { isGrowing: true })
  return [...masters, ...tracks]
}

type Growth = Pick<PlaylistForm, 'isGrowing'>

/** Playlists in both forms, and what they refer to. */
function playedFiles(
  manifest: Manifest,
  growth: Growth,
): { readonly masters: readonly TreeFile[]; readonly tracks: readonly TreeFile[] } {
  const tracks = tracksOf(manifest, growth)
  const playlistIds = new Map(
    tracks.map((track) => [playlistName(track.name), textCid(cidPlaylist(track))]),
  )
  const addressOf = addressIn(playlistIds)
  return {
    masters: [
      { path: masterName, text: masterPlaylist(manifest, growth) },
      { path: cidMasterName, text: masterPlaylist(manifest, { ...growth, addressOf }) },
    ],
    tracks: tracks.flatMap(trackFiles),
  }
}

function stillFiles({ poster, storyboard, grid }: Manifest): readonly TreeFile[] {
  const board = (name: string): string => `${storyboardTrack}/${name}`
  return [
    ...(poster ? [{ path: posterName, cid: poster.cid, bytes: poster.bytes }] : []),
    ...(storyboard
      ? [
          { path: board(storyboardFile), text: storyboardVtt(storyboard, grid) },
          ...storyboard.sheets.map((sheet, index) => ({ path: board(sheetName(index)), ...sheet })),
        ]
      : []),
  ]
}

function tracksOf(
  { renditions, audio, grid, subtitles = [] }: Manifest,
  growth: Growth,
): readonly Track[] {
  const formOf = (track: string, { length }: readonly SegmentRecord[]): PlaylistForm => {
    const { first, segments } = trackSpan(grid, track)
    return { firstSegment: first, ...(length < segments ? growth : {}) }
  }
  const video = renditions.map((rendition): Track => {
    const own = formOf(rendition.name, rendition.segments)
    return {
      name: rendition.name,
      files: segmentFiles(rendition, own),
      playlist: (form) => videoPlaylist(rendition, grid.rate, { ...own, ...form }),
    }
  })
  const sound = audio ? [soundTrack(audio, formOf(audioRendition, audio.segments))] : []
  const texts = subtitles.map(
    ({ cid, bytes }, index): Track => ({
      name: subtitleTrack(index),
      files: [{ name: subtitleFile, cid, bytes }],
      playlist: ({ addressOf }) => subtitlePlaylist(grid, addressOf),
    }),
  )
  return [...video, ...sound, ...texts]
}

function soundTrack(audio: AudioRecord, own: PlaylistForm): Track {
  return {
    name: audioRendition,
    files: segmentFiles(audio, own),
    playlist: (form) => audioPlaylist(audio, { ...own, ...form }),
  }
}

function segmentFiles(
  track: Pick<RenditionRecord, 'segments' | 'init'>,
  { firstSegment = 0 }: PlaylistForm,
): Track['files'] {
  const { segments, init } = track
  const container = containerOf(track)
  return [
    ...(init ? [{ name: initName, ...init }] : []),
    ...segments.map(({ cid, bytes }, index) => ({
      name: segmentName(firstSegment + index, container),
      ...{ cid, bytes },
    })),
  ]
}

function trackFiles(track: Track): readonly TreeFile[] {
  return [
    { path: playlistName(track.name), text: track.playlist({}) },
    { path: cidPlaylistName(track.name), text: cidPlaylist(track) },
    ...track.files.map(({ name, cid, bytes }) => ({ path: `${track.name}/${name}`, cid, bytes })),
  ]
}

function cidPlaylist({ files, playlist }: Track): string {
  return playlist({ addressOf: addressIn(new Map(files.map(({ name, cid }) => [name, cid]))) })
}

/** Where any gateway, or a player of its own making, finds what has this name here. */
function addressIn(ids: ReadonlyMap<string, Cid>): (name: string) => string {
  return (name) => {
    const cid = ids.get(name)
    if (!cid) throw new RangeError(`nothing in the tree is called ${name}`)
    return `/ipfs/${cid}`
  }
}
