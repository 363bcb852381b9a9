import { access, copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ladderFor } from '#market/domain/recipe-ladder.ts'
import type {
  EncodedSegment,
  EncodeRequest,
  EncodingEngine,
} from '#market/ports/encoding-engine.ts'
import { createCellRunner } from '#node/encoding/cell-runner.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { initName, playlistName, segmentName } from '#node/encoding/playlist.ts'
import { streamName } from '#node/encoding/stream-name.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { partOfSegment } from '#protocol/grid.ts'
import type { Ladder, Rendition } from '#protocol/ladder.ts'
import { audioPreset } from '#protocol/ladder.ts'
import type { AudioRecord, InitRecord, Manifest, SegmentRecord } from '#protocol/manifest.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { contractRecipe, recipes } from '#protocol/recipe.ts'
import { makeFolder, untroubled } from './ffmpeg.ts'

/** Half a minute of film that lies beside the checkout, where it does. */
export async function filmClip(): Promise<string | null> {
  const file = fileURLToPath(
    new URL('../../../shared/media/big-buck-bunny-480p-30s.mp4', import.meta.url),
  )
  return await access(file).then(
    () => file,
    () => null,
  )
}

/** A rendition for tests: small, so that encoding takes no time to speak of. */
export function aRendition(overrides: Partial<Rendition> = {}): Rendition {
  return {
    name: '90p',
    width: 160,
    height: 90,
    kbps: 300,
    profile: 'main',
    level: '3.1',
    ...overrides,
  }
}

export const smallLadder: Ladder = [
  aRendition(),
  aRendition({ name: '72p', width: 128, height: 72 }),
]

export type RequestOptions = {
  readonly ladder?: Ladder
  /** Frames of a segment, and segments of a part; by default a second, and two. */
  readonly segmentFrames?: number
  readonly partSegments?: number
  readonly recipe?: Recipe
}

/** The request that an offer of this file would carry, with short parts so that a short file has several. */
export async function requestFor(
  engine: EncodingEngine,
  file: string,
  {
    ladder = smallLadder,
    segmentFrames,
    partSegments = 2,
    recipe = contractRecipe,
  }: RequestOptions = {},
): Promise<EncodeRequest> {
  const profile = await engine.analyse(file, { signal: untroubled })
  const {
    rate,
    frames,
    longestGopSeconds,
    audioStream,
    videoKbps: _rate,
    own: _own,
    ...source
  } = profile
  const grid: FrameGrid = {
    rate,
    frames,
    segmentFrames: segmentFrames ?? Math.max(1, Math.round(rate.numerator / rate.denominator)),
    partSegments,
    leadSeconds: Math.max(3, Math.ceil(longestGopSeconds)),
  }
  const offered = {
    cid: await fileCid(file),
    ...source,
    ...(audioStream === null ? {} : { audioStream }),
  }
  const terms = { source: offered, grid, ladder: ladderFor(recipe, ladder, rate), recipe }
  return { source: file, terms }
}

export type Tree = {
  readonly folder: string
  readonly master: string
  readonly manifest: Manifest
  readonly playlistOf: (rendition: string) => string
}

/** Encodes a request with the runner and lays the tree out in a folder, as a player would find it. */
export async function encodeTree(
  engine: EncodingEngine,
  request: EncodeRequest,
  earlier: readonly EncodedSegment[] = [],
): Promise<Tree> {
  const folder = await makeFolder()
  const segments = await encodeSegments(engine, request, earlier)
  const manifest = await manifestOf(engine, request, segments)
  await layOut(folder, manifest, segments)
  return {
    folder,
    master: path.join(folder, 'master.m3u8'),
    manifest,
    playlistOf: (rendition) => path.join(folder, playlistName(rendition)),
  }
}

export type SegmentsWatch = {
  readonly signal?: AbortSignal
  readonly onKept?: (segments: readonly EncodedSegment[]) => void
  readonly onPercent?: (percent: number) => void
}

/** Everything the runner hands over, kept in a folder of its own. */
export async function encodeSegments(
  engine: EncodingEngine,
  request: EncodeRequest,
  earlier: readonly EncodedSegment[] = [],
  { signal = untroubled, onKept, onPercent }: SegmentsWatch = {},
): Promise<readonly EncodedSegment[]> {
  const kept = [...earlier]
  const folder = await makeFolder()
  const { grid } = request.terms
  await createCellRunner({ engine, clock: { now: () => performance.now() } })({
    request,
    directory: await makeFolder(),
    signal,
    isFinished: (part, rendition) =>
      earlier.some(
        (segment) =>
          segment.rendition === rendition &&
          (part === null || partOfSegment(grid, segment.index) === part),
      ),
    onFinished: async ({ segments }) => {
      const copies = await keep(folder, segments)
      kept.push(...copies)
      onKept?.(copies)
    },
    onProgress: ({ percent }) => onPercent?.(percent),
  })
  return kept.toSorted((a, b) => a.index - b.index)
}

async function keep(
  folder: string,
  segments: readonly EncodedSegment[],
): Promise<readonly EncodedSegment[]> {
  return await Promise.all(
    segments.map(async (segment) => {
      const copy = path.join(folder, path.basename(segment.path))
      await copyFile(segment.path, copy)
      if (segment.init === undefined) return { ...segment, path: copy }
      const init = path.join(folder, path.basename(segment.init))
      await copyFile(segment.init, init)
      return { ...segment, path: copy, init }
    }),
  )
}

async function manifestOf(
  engine: EncodingEngine,
  { terms }: EncodeRequest,
  segments: readonly EncodedSegment[],
): Promise<Manifest> {
  const recordsOf = async (name: string): Promise<SegmentRecord[]> =>
    await Promise.all(segments.filter(({ rendition }) => rendition === name).map(recordOf))
  const initOf = async (name: string): Promise<Pick<AudioRecord, 'init'>> => {
    const file = segments.find(({ rendition }) => rendition === name)?.init
    return file === undefined ? {} : { init: await fileRecord(file) }
  }
  const renditions: Manifest['renditions'] = []
  for (const rendition of terms.ladder) {
    const first = segments.find(({ rendition: name }) => name === rendition.name)
    const begun = first?.init === undefined ? null : await readFile(first.init)
    const codecs = streamName(terms.recipe, await readFile(first?.path ?? ''), begun)
    const own = await recordsOf(rendition.name)
    renditions.push({ ...rendition, codecs, segments: own, ...(await initOf(rendition.name)) })
  }
  const sound: AudioRecord = {
    codecs: 'mp4a.40.2',
    ...audioPreset,
    segments: await recordsOf('audio'),
    ...(await initOf('audio')),
  }
  return {
    v: 1,
    source: terms.source.cid,
    recipe: terms.recipe,
    grid: terms.grid,
    ...(terms.copied === undefined ? {} : { copied: terms.copied }),
    class: engine.proofOf(terms.recipe)?.class ?? engine.class,
    renditions,
    audio: terms.source.audioStream === undefined ? null : sound,
  }
}

async function recordOf({ path: file, units }: EncodedSegment): Promise<SegmentRecord> {
  return { ...(await fileRecord(file)), units }
}

async function fileRecord(file: string): Promise<InitRecord> {
  return { cid: await fileCid(file), bytes: (await stat(file)).size }
}

async function layOut(
  folder: string,
  manifest: Manifest,
  segments: readonly EncodedSegment[],
): Promise<void> {
  for (const file of treeFiles(manifest)) {
    const target = path.join(folder, file.path)
    await mkdir(path.dirname(target), { recursive: true })
    if ('text' in file) await writeFile(target, file.text)
  }
  const { container } = recipes[manifest.recipe]
  for (const { rendition, index, path: file, init } of segments) {
    await copyFile(file, path.join(folder, rendition, segmentName(index, container)))
    if (init !== undefined) await copyFile(init, path.join(folder, rendition, initName))
  }
}
