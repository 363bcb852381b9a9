import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest, PosterRecord, StoryboardRecord } from '#protocol/manifest.ts'
import { recipes } from '#protocol/recipe.ts'
import { extrasShape } from './extras-shape.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import { fileCid } from './file-cid.ts'
import { joinPictures } from './fmp4/join-pictures.ts'
import { lookHeight, lookWidth, richestLook } from './looks.ts'
import { sheetName, tiledSegments } from './storyboard.ts'

export type StillsOptions = {
  readonly manifest: Manifest
  /** See {@link firstPicture}. */
  readonly pictureOf: (rendition: string, index: number) => Promise<Uint8Array>
  /** Of a rendition in fragmented MP4: what its pictures need first. */
  readonly readInit: (rendition: string) => Promise<Uint8Array>
  /** An empty folder, in which the files are left. */
  readonly directory: string
  readonly signal: AbortSignal
}

export type Stills = {
  readonly poster: PosterRecord
  readonly storyboard: StoryboardRecord
  readonly files: { readonly poster: string; readonly sheets: readonly string[] }
}

/** JPEG wants full range and BT.601; no processor's own arithmetic, so that one FFmpeg makes one picture. */
const jpegColors = 'in_color_matrix=bt709:out_color_matrix=bt601:in_range=tv:out_range=pc'
const exact = 'flags=bicubic+accurate_rnd+full_chroma_int+bitexact'
const plain = ['-threads', '1', '-flags', '+bitexact', '-fflags', '+bitexact'] as const

/**
 * Poster and storyboard out of a finished tree: the key frames at the beginnings of its segments. The source is not opened
 * again, and equal segments give equal pictures with one build of FFmpeg.
 */
export async function makeStills(
  { ffmpeg }: { readonly ffmpeg: Ffmpeg },
  options: StillsOptions,
): Promise<Stills> {
  const { manifest, directory, signal } = options
  const [largest, smallest] = [manifest.renditions[0], manifest.renditions.at(-1)]
  if (!largest || !smallest) throw new RangeError('a tree has a rendition')
  const { indexes } = tiledSegments(manifest.grid)
  const { poster: size, storyboard, sheets: count } = extrasShape(manifest)
  const tiles = await writePictures('tiles', smallest.name, indexes, options)
  await ffmpeg.run({ args: tileArguments(tiles, storyboard), directory, signal })

  const looks = await readFile(path.join(directory, 'looks.gray'))
  const chosen = indexes[richestLook(looks)] ?? 0
  const still = await writePictures('poster', largest.name, [chosen], options)
  await ffmpeg.run({ args: posterArguments(still, size), directory, signal })

  const poster = path.join(directory, 'poster.jpg')
  const sheets = Array.from({ length: count }, (_, index) => path.join(directory, sheetName(index)))
  return {
    poster: { ...(await recordOf(poster)), ...size },
    storyboard: { ...storyboard, sheets: await Promise.all(sheets.map(recordOf)) },
    files: { poster, sheets },
  }
}

/** Pictures in a file, and how FFmpeg is told to open it: as a bare stream, or as the MP4 that they were in. */
type PictureFile = { readonly name: string; readonly opening: readonly string[] }

async function writePictures(
  name: string,
  rendition: string,
  indexes: readonly number[],
  { manifest, pictureOf, readInit, directory }: StillsOptions,
): Promise<PictureFile> {
  const pictures: Uint8Array[] = []
  for (const index of indexes) pictures.push(await pictureOf(rendition, index))
  const isFragmented = recipes[manifest.recipe].container === 'fmp4'
  const file = `${name}.${isFragmented ? 'mp4' : 'h264'}`
  const content = isFragmented
    ? joinPictures(await readInit(rendition), pictures)
    : Buffer.concat(pictures)
  await writeFile(path.join(directory, file), content)
  return { name: file, opening: isFragmented ? ['-f', 'mov'] : ['-f', 'h264', '-framerate', '1'] }
}

type Size = { readonly width: number; readonly height: number }

function tileArguments(
  file: PictureFile,
  { width, height, columns, rows }: Omit<StoryboardRecord, 'sheets'>,
): readonly string[] {
  const tiles = `scale=${width}:${height}:${exact}:${jpegColors},format=yuvj420p,tile=${columns}x${rows}`
  const looks = `scale=${lookWidth}:${lookHeight}:${exact},format=gray`
  return [
    ...inputOf(file),
    ...['-filter_complex', `[0:v]split[a][b];[a]${tiles}[tiles];[b]${looks}[looks]`],
    ...['-map', '[tiles]', '-c:v', 'mjpeg', '-q:v', '5', ...plain],
    ...['-f', 'image2', '-start_number', '0', 'sheet_%03d.jpg'],
    ...['-map', '[looks]', '-c:v', 'rawvideo', '-f', 'rawvideo', 'looks.gray'],
  ]
}

function posterArguments(file: PictureFile, { width, height }: Size): readonly string[] {
  return [
    ...inputOf(file),
    ...['-vf', `scale=${width}:${height}:${exact}:${jpegColors},format=yuvj420p`],
    ...['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '3', ...plain],
    ...['-f', 'image2', '-update', '1', 'poster.jpg'],
  ]
}

function inputOf({ name, opening }: PictureFile): readonly string[] {
  return [
    ...['-y', '-cpuflags', '0', '-loglevel', 'warning', '-threads', '1', '-flags', '+bitexact'],
    ...['-protocol_whitelist', 'file', ...opening, '-i', name],
  ]
}

async function recordOf(file: string) {
  return { cid: await fileCid(file), bytes: (await stat(file)).size }
}
