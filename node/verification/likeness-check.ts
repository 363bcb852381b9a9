import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { pictureReader } from '../encoding/first-pictures.ts'
import type { Stills } from '../encoding/stills.ts'
import { makeStills } from '../encoding/stills.ts'
import { isOwnFailure, unlessAtFault } from './blame.ts'
import type { Check } from './delivery-checker.ts'
import { initOf, segmentAt } from './exact-check.ts'
import type { SegmentsCheck } from './segments-check.ts'

export type LikenessCheck = SegmentsCheck & Pick<Check, 'ffmpeg'>

/** Gray cells along either side of a tile: enough to tell pictures apart, too few to tell builds of FFmpeg apart. */
const cells = 16

/**
 * Levels of gray by which a cell may be off, and all of them on average. Renditions of one moment differ by one or two,
 * what is drawn over a picture by fifty.
 */
const limits = { cell: 32, mean: 8 } as const

/**
 * Holds poster and storyboard to the tree's own segments: each tile to the first picture of its segment, and the poster to
 * any of them, since which one is worth showing is a matter of taste. Where this machine cannot make them itself, nobody
 * is accused.
 */
export async function checkLikeness(
  check: LikenessCheck,
  manifest: Manifest,
): Promise<readonly Fault[]> {
  const { poster, storyboard } = manifest
  if (!poster || !storyboard) return []
  await using scratch = await check.workspaceOf(check.job).scratch('likeness')
  const directory = scratch.path
  const own = await makeAgain(check, manifest, directory)
  if (!own) return []
  const { columns, rows } = storyboard
  const invalid: readonly Fault[] = [{ code: 'extra-invalid' }]
  const shown = await writeOut(check, poster, join(directory, 'delivered.jpg'))
  if (shown === null) return invalid
  const look = await graysOf(check, shown, { columns: 1, rows: 1 })
  const tiles: Uint8Array[] = []
  for (const [index, sheet] of storyboard.sheets.entries()) {
    const delivered = await writeOut(check, sheet, join(directory, `delivered-${index}.jpg`))
    if (!delivered) return invalid
    const left = await graysOf(check, own.files.sheets[index] ?? '', { columns, rows })
    const right = await graysOf(check, delivered, { columns, rows })
    if (!left || !right) return []
    tiles.push(...left)
    if (!left.every((tile, place) => isAlike(tile, right[place]))) return invalid
  }
  const [whole] = look ?? []
  if (!whole) return []
  return tiles.slice(0, storyboard.tiles).some((tile) => isAlike(tile, whole)) ? [] : invalid
}

/** Null where this machine cannot. */
async function makeAgain(
  { ffmpeg, content, signal }: LikenessCheck,
  manifest: Manifest,
  directory: string,
): Promise<Stills | null> {
  const pictureIn = pictureReader(manifest.recipe)
  const pictureOf = async (rendition: string, index: number): Promise<Uint8Array> => {
    const segment = segmentAt(manifest, { rendition, segment: index })
    if (!segment) throw new RangeError('each segment was found in its place')
    return pictureIn(await content.read(segment.cid, { limitBytes: segment.bytes, signal }))
  }
  const readInit = async (rendition: string): Promise<Uint8Array> => {
    const init = initOf(manifest, rendition)
    if (!init) throw new RangeError('each initialization segment was found in its place')
    return await content.read(init.cid, { limitBytes: init.bytes, signal })
  }
  return await unlessUnable(
    makeStills({ ffmpeg }, { manifest, pictureOf, readInit, directory, signal }),
    signal,
  )
}

async function writeOut(
  { content, signal }: LikenessCheck,
  { cid, bytes: limitBytes }: Pick<SegmentRecord, 'cid' | 'bytes'>,
  file: string,
): Promise<string | null> {
  const bytes = await unlessAtFault(content.read(cid, { limitBytes, signal }))
  if (bytes) await writeFile(file, bytes)
  return bytes ? file : null
}

/** The tiles of a picture, line by line, each made gray and small; null where FFmpeg does not make them. */
async function graysOf(
  { ffmpeg, signal }: LikenessCheck,
  file: string,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Promise<readonly Uint8Array[] | null> {
  const width = columns * cells
  const args = [
    ...['-y', '-loglevel', 'warning', '-threads', '1', '-protocol_whitelist', 'file'],
    ...['-f', 'mjpeg', '-i', file, '-frames:v', '1'],
    ...['-vf', `scale=${width}:${rows * cells}:flags=area,format=gray`],
    ...['-f', 'rawvideo', `${file}.gray`],
  ]
  const made = await unlessUnable(ffmpeg.run({ args, directory: dirname(file), signal }), signal)
  if (!made) return null
  const gray = await readFile(`${file}.gray`)
  return Array.from({ length: columns * rows }, (_, tile) => {
    const left = (tile % columns) * cells
    const top = Math.floor(tile / columns) * cells
    const lines = Array.from({ length: cells }, (__, line) => {
      const start = (top + line) * width + left
      return gray.subarray(start, start + cells)
    })
    return Buffer.concat(lines)
  })
}

function isAlike(left: Uint8Array, right: Uint8Array | undefined): boolean {
  if (left.length !== right?.length) return false
  const off = left.map((value, index) => Math.abs(value - (right[index] ?? 0)))
  const sum = off.reduce((total, value) => total + value, 0)
  return sum <= limits.mean * off.length && off.every((value) => value <= limits.cell)
}

/** Null where FFmpeg fails at what it is given; rejects for trouble of this machine's own. */
async function unlessUnable<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof MarketError && !isOwnFailure(error)) return null
    throw error
  }
}
