import { constants, copyFile, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { CachedPiece, PieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { EncodedSegment, EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { InitRecord, SegmentRecord } from '#protocol/manifest.ts'
import type { Container } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import type { FinishedWork } from '../encoding/cell-runner.ts'
import { fileCid } from '../encoding/file-cid.ts'
import type { MadePiece, Maker } from '../encoding/finished-pieces.ts'
import { createFinishedPieces } from '../encoding/finished-pieces.ts'
import type { EncodedTracks } from '../encoding/manifest.ts'
import type { PieceKeyOf, PieceName } from '../encoding/piece-key.ts'
import { piecesOf } from '../encoding/piece-key.ts'
import { initName, segmentName } from '../encoding/playlist.ts'
import { streamName } from '../encoding/stream-name.ts'
import { inParallel } from '../verification/in-parallel.ts'
import type { OutputFolder } from './output-folder.ts'

/** The finished pieces of a tree in a folder. */
export type PieceShelf = Required<EncodedTracks> & {
  isFinished(part: number | null, rendition: string): boolean
  /** Moves segments to their places and then notes them: from here on neither a crash nor a power cut loses them. */
  keep(work: FinishedWork): Promise<void>
  /** Pieces that were there at the opening, and pieces in all. */
  readonly reused: number
  readonly total: number
}

export type PieceShelfDeps = {
  readonly folder: OutputFolder
  readonly cache: PieceCache
  readonly state: NodeState
  readonly keyOf: PieceKeyOf
  /** Hardware whose pieces are taken besides the recipe's own; where there are both, the recipe's win. */
  readonly hardware: readonly HardwareEncoder[]
}

/** Files whose bytes are compared with their ids at a time. */
const checkedAtOnce = 4

/**
 * Opens what earlier runs have left: pieces in this folder, and copies of those in the folders of other trees. Each is
 * compared with its content id first; whatever does not match is encoded again.
 */
export async function openPieceShelf(
  { folder, cache, state, keyOf, hardware }: PieceShelfDeps,
  terms: EncodeRequest['terms'],
): Promise<PieceShelf> {
  const shelf = createShelf(terms)
  const { container } = recipes[terms.recipe]
  const all = piecesOf(terms)
  const keyFor = ({ part, rendition }: PieceName, maker: Maker) =>
    maker === null ? keyOf(part, rendition) : keyOf(part, rendition, maker)
  const noted = state.atomically(() =>
    all.map((name) => {
      const makers: readonly Maker[] = name.part === null ? [null] : [null, ...hardware]
      const founds = makers.flatMap((maker) => {
        const found = cache.find(keyFor(name, maker))
        return found ? [{ maker, ...found }] : []
      })
      return { name, founds }
    }),
  )
  const save = (name: PieceName, { segments, maker, init }: MadePiece): void => {
    const begun = init === undefined ? {} : { init }
    cache.save(keyFor(name, maker), { segments, place: folder.path, ...begun })
  }
  let reused = 0
  await inParallel(noted, checkedAtOnce, async ({ name, founds }) => {
    const first = firstSegment(name, terms)
    for (const found of founds) {
      if (
        !(await isInPlace(
          folder,
          filesOf(name.rendition, { ...found, first, container }),
          found.place,
        ))
      )
        continue
      if (found.place !== folder.path) save(name, found)
      await shelf.add(folder, name, found)
      reused += 1
      return
    }
  })
  return {
    isFinished: shelf.has,
    segmentsOf: shelf.segmentsOf,
    codecsOf: shelf.codecsOf,
    initOf: shelf.initOf,
    hardwareOf: shelf.hardwareOf,
    reused,
    total: all.length,
    keep: async ({ part, segments }) => {
      const byRendition = Map.groupBy(segments, ({ rendition }) => rendition)
      for (const [rendition, encoded] of byRendition) {
        const records = await Promise.all(encoded.map(recordOf))
        const [{ init: from, hardware: maker = null } = {}] = encoded
        const begun = from === undefined ? {} : { init: await fileRecord(from) }
        await folder.place([
          ...(from === undefined ? [] : [{ from, name: `${rendition}/${initName}` }]),
          ...encoded.map(({ path: from, index }) => ({
            from,
            name: nameIn(rendition, index, container),
          })),
        ])
        const piece = { segments: records, maker, ...begun }
        save({ part, rendition }, piece)
        await shelf.add(folder, { part, rendition }, piece)
      }
    },
  }
}

/** Pieces, and the codec of each rendition whose first segment is there. */
function createShelf({ recipe }: Pick<EncodeRequest['terms'], 'recipe'>) {
  const pieces = createFinishedPieces()
  const codecs = new Map<string, string>()
  return {
    ...pieces,
    add: async (folder: OutputFolder, name: PieceName, piece: MadePiece): Promise<void> => {
      const { part, rendition } = name
      if ((part ?? 0) === 0 && rendition !== audioRendition) {
        const { container } = recipes[recipe]
        const first = await readFile(folder.fileOf(nameIn(rendition, 0, container)))
        const init = piece.init ? await readFile(folder.fileOf(`${rendition}/${initName}`)) : null
        codecs.set(rendition, streamName(recipe, first, init))
      }
      pieces.add(name, piece)
    },
    codecsOf: (rendition: string): string => codecs.get(rendition) ?? '',
  }
}

function firstSegment({ part }: PieceName, { grid }: EncodeRequest['terms']): number {
  return (part ?? 0) * grid.partSegments
}

function nameIn(rendition: string, index: number, container: Container): string {
  return `${rendition}/${segmentName(index, container)}`
}

async function recordOf({ path: file, units }: EncodedSegment): Promise<SegmentRecord> {
  return { ...(await fileRecord(file)), units }
}

async function fileRecord(file: string): Promise<InitRecord> {
  return { cid: await fileCid(file), bytes: (await stat(file)).size }
}

/** A file that a tree must have. */
type PlacedFile = { readonly name: string; readonly record: InitRecord }

function filesOf(
  rendition: string,
  {
    segments,
    init,
    first,
    container,
  }: Pick<CachedPiece, 'segments' | 'init'> & {
    readonly first: number
    readonly container: Container
  },
): readonly PlacedFile[] {
  return [
    ...(init ? [{ name: `${rendition}/${initName}`, record: init }] : []),
    ...segments.map((record, offset) => ({
      name: nameIn(rendition, first + offset, container),
      record,
    })),
  ]
}

/** Whether a noted piece is in this folder, copied from where it was noted if need be, byte for byte. */
async function isInPlace(
  folder: OutputFolder,
  files: readonly PlacedFile[],
  place: string,
): Promise<boolean> {
  const missing: { readonly from: string; readonly name: string }[] = []
  for (const { name, record } of files) {
    if (await isSame(folder.fileOf(name), record)) continue
    const copy = path.join(folder.scratch, name.replace('/', '-'))
    const other = path.join(place, ...name.split('/'))
    if (!(await copied(other, copy)) || !(await isSame(copy, record))) return false
    missing.push({ from: copy, name })
  }
  if (missing.length > 0) await folder.place(missing)
  return true
}

async function isSame(file: string, { cid, bytes }: InitRecord): Promise<boolean> {
  const found = await stat(file).catch(() => null)
  return found?.size === bytes && (await fileCid(file)) === cid
}

/** Copies a file of another tree, at no cost where the file system can share blocks. */
async function copied(from: string, to: string): Promise<boolean> {
  await rm(to, { force: true })
  return await copyFile(from, to, constants.COPYFILE_FICLONE).then(
    () => true,
    () => false,
  )
}
