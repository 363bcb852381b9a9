import { mkdtemp, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { PieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { EncodeRequest, EncodingEngine, RecipeProof } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { CopyChoice } from '#market/services/creator/choose-copy.ts'
import { chooseCopy } from '#market/services/creator/choose-copy.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { createCellRunner } from '../encoding/cell-runner.ts'
import type { FreeSpace } from '../encoding/disk-guard.ts'
import {
  asDiskFull,
  requireSpace,
  treeBytesEstimate,
  usualDiskFloorBytes,
  watchDisk,
} from '../encoding/disk-guard.ts'
import type { ExtrasMaker } from '../encoding/extras.ts'
import { createExtrasMaker } from '../encoding/extras.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { fileCidTelling } from '../encoding/file-cid.ts'
import { buildManifest } from '../encoding/manifest.ts'
import { createPieceKeys } from '../encoding/piece-key.ts'
import { initName, segmentName } from '../encoding/playlist.ts'
import { addExtras } from './extras.ts'
import { createGrowingTree } from './growing-tree.ts'
import type { LocalProgress, LocalReport } from './local-report.ts'
import { createProgressTeller, reportOf } from './local-report.ts'
import { localRequest } from './local-request.ts'
import type { OutputFolder } from './output-folder.ts'
import { openOutputFolder } from './output-folder.ts'
import type { PieceShelf } from './piece-shelf.ts'
import { openPieceShelf } from './piece-shelf.ts'
import { createSourceProgress } from './source-progress.ts'
import { writeTree } from './write-tree.ts'

export type EncodeFileDeps = {
  readonly engine: EncodingEngine
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  readonly cache: PieceCache
  readonly state: NodeState
  readonly clock: Clock
  readonly free: FreeSpace
  /** Hardware whose pieces of earlier runs are as good as the recipe's own; none where only those are wanted. */
  readonly hardware: readonly HardwareEncoder[]
}

export type EncodeFileOptions = {
  readonly file: string
  readonly out: string
  readonly qualities: readonly string[]
  readonly recipe: Recipe
  /** Poster, storyboard and subtitles besides what is played. */
  readonly hasExtras: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: LocalProgress) => void
  /** Told what the user should know of the folder. */
  readonly warn?: (text: string) => void
  /** Bytes that are to stay free on the disk of the folder. */
  readonly diskFloorBytes?: number
}

/**
 * Encodes a file into a tree in a folder, without any market. What earlier runs have finished, in this folder or another,
 * is taken as it is; the tree of a file that is done already is served at once. While parts finish, the playlists grow.
 */
export function createEncodeFile(deps: EncodeFileDeps) {
  return async (options: EncodeFileOptions): Promise<LocalReport> => {
    const out = path.resolve(options.out)
    const tell = createProgressTeller(options.onProgress)
    try {
      return await encode(deps, { ...options, out, onProgress: tell })
    } catch (error) {
      throw asDiskFull(error, out)
    }
  }
}

async function encode(deps: EncodeFileDeps, options: EncodeFileOptions): Promise<LocalReport> {
  const { clock } = deps
  const { onProgress } = options
  const began = clock.now()
  onProgress({ stage: 'analysing', percent: 0 })
  const proof = await deps.engine.prove(options.recipe, options)
  const { request, obstacle } = await analyse(deps, options)
  const { source, recipe } = request.terms
  await using folder = await openOutputFolder(options.out, { source: source.cid, recipe })
  if (folder.discarded !== null)
    options.warn?.(
      `The tree that was here is by ${folder.discarded}; it is made anew by ${recipe}.`,
    )
  const shelf = await openShelf(deps, folder, { request, proof })
  const analysed = clock.now()
  await using extras = await openExtras(deps, { folder, request }, options)
  await encodeMissing(deps, { folder, shelf, request, proof, extras }, options)
  const encoded = clock.now()
  onProgress({ stage: 'finishing', percent: finishingPercent })
  const bare = buildManifest(request.terms, proof.class, shelf)
  const { manifest, ignoredSubtitles } = extras
    ? await addExtras(folder, bare, extras)
    : { manifest: bare, ignoredSubtitles: 0 }
  const tree = await writeTree(folder, manifest)
  onProgress({ stage: 'finishing', percent: 100 })
  const milliseconds = {
    analyse: analysed - began,
    encode: encoded - analysed,
    finish: clock.now() - encoded,
  }
  const made = { folder: folder.path, manifest, tree, shelf, copyObstacle: obstacle }
  return reportOf({ ...made, milliseconds, ignoredSubtitles })
}

const diskLookMs = 2_000

/** What is left of the work when the last part is encoded. */
const finishingPercent = 99

async function analyse(
  deps: EncodeFileDeps,
  { file: given, qualities, recipe, signal, onProgress }: EncodeFileOptions,
): Promise<{ readonly request: EncodeRequest } & Pick<CopyChoice, 'obstacle'>> {
  const file = path.resolve(given)
  const { readPackets, readContent } = await createSourceProgress(file, onProgress)
  const profile = await deps.engine.analyse(file, { signal, onRead: readPackets })
  const cid = await fileCidTelling(file, readContent)
  const request = localRequest(file, { cid, profile, qualities, recipe })
  const choice = await chooseCopy({ tryCopy: rememberingTrial(deps) }, profile, request, signal)
  return {
    request: { ...request, terms: { ...request.terms, ...choice.terms } },
    obstacle: choice.obstacle,
  }
}

/** What was copied once need not be tried again: the record of the copy says what the trial would. */
function rememberingTrial({
  engine,
  cache,
}: Pick<EncodeFileDeps, 'engine' | 'cache'>): EncodingEngine['tryCopy'] {
  return async (request, options) => {
    const { terms } = request
    const { copied } = terms
    const key = copied && createPieceKeys(terms, engine.class)(null, copied)
    const known = key ? cache.find(key) : null
    return known?.segments ?? (await engine.tryCopy(request, options))
  }
}

async function openShelf(
  { cache, state, hardware }: EncodeFileDeps,
  folder: OutputFolder,
  { request: { terms }, proof }: Pick<Work, 'request' | 'proof'>,
): Promise<PieceShelf> {
  const keyOf = createPieceKeys(terms, proof.class)
  return await openPieceShelf({ folder, cache, state, keyOf, hardware }, terms)
}

async function openExtras(
  { tools }: EncodeFileDeps,
  { folder, request }: Pick<Work, 'folder' | 'request'>,
  { hasExtras, signal }: EncodeFileOptions,
): Promise<ExtrasMaker | null> {
  if (!hasExtras) return null
  const directory = await mkdtemp(path.join(folder.scratch, 'extras-'))
  const { container } = recipes[request.terms.recipe]
  const readFrom = (rendition: string, name: string) =>
    readFile(folder.fileOf(`${rendition}/${name}`))
  return createExtrasMaker(tools, {
    ...{ request, directory, signal },
    readSegment: (rendition, index) => readFrom(rendition, segmentName(index, container)),
    readInit: (rendition) => readFrom(rendition, initName),
  })
}

type Work = {
  readonly folder: OutputFolder
  readonly shelf: PieceShelf
  readonly request: EncodeRequest
  readonly extras: ExtrasMaker | null
  readonly proof: RecipeProof
}

async function encodeMissing(
  { engine, clock, free }: EncodeFileDeps,
  { folder, shelf, request, proof, extras }: Work,
  { signal, onProgress, diskFloorBytes = usualDiskFloorBytes }: EncodeFileOptions,
): Promise<void> {
  if (shelf.reused === shelf.total) return
  const { terms } = request
  const disk = { directory: folder.path, floorBytes: diskFloorBytes, everyMs: diskLookMs }
  const missing = (shelf.total - shelf.reused) / shelf.total
  await requireSpace(missing * treeBytesEstimate(terms), disk, free)
  using guard = watchDisk(disk, free)
  const growing = createGrowingTree(folder, { terms, determinismClass: proof.class }, shelf)
  await growing.publish()
  extras?.begin()
  await createCellRunner({ engine, clock })({
    request,
    directory: folder.scratch,
    signal: AbortSignal.any([signal, guard.signal]),
    isFinished: shelf.isFinished,
    onFinished: async (work) => {
      await extras?.gather(work.segments)
      await shelf.keep(work)
      await growing.publish()
    },
    onProgress: ({ percent, ...rest }) =>
      onProgress({ stage: 'encoding', percent: (finishingPercent * percent) / 100, ...rest }),
  })
}
