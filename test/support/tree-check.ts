import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { targetSeconds } from '#node/encoding/media-playlist.ts'
import { frameSeconds } from '#protocol/grid.ts'
import type { Tree } from './clip.ts'
import type { Expectation, Yuv } from './edge-cases/edge-case.ts'
import { complaintsAbout, ffmpeg, makeFolder } from './ffmpeg.ts'

const run = promisify(execFile)

/** What FFmpeg's own HLS demuxer makes of a tree: every picture and every sample, from the first to the last. */
type Decoded = {
  readonly width: number
  readonly height: number
  readonly pictures: readonly Uint8Array[]
  readonly samples: Int16Array
}

const sampleRate = 48_000

/** The corners' names and their colours in BT.709, limited range. */
const named: Readonly<Record<string, Yuv>> = {
  red: [63, 102, 240],
  green: [173, 42, 26],
  blue: [32, 240, 118],
  white: [235, 128, 128],
}

/** What nobody but its owner should know of a file. */
const secrets = ['SECRET', '48.8577']

/** Checks all that must hold of any tree, and what is expected of this one. */
export async function checkTree(
  tools: FfmpegTools,
  tree: Tree,
  expected: Expectation,
): Promise<void> {
  const { manifest } = tree
  const hasSound = manifest.audio !== null
  expect(hasSound).toBe(expected.hasSound ?? hasSound)
  expect(manifest.renditions.map(({ name }) => name)).toEqual(
    expected.ladder ?? [manifest.renditions[0]?.name],
  )
  expect(await complaintsAbout(tools, tree.master)).toBe('')
  expectTruthfulMaster(await readFile(tree.master, 'utf8'), tree, expected)
  expect(await streamOf(tools, tree)).toEqual(standardStream(expected.size))
  const decoded = await decode(tools, tree, expected.size, hasSound)
  expect(decoded.pictures).toHaveLength(expected.frames)
  expect(manifest.grid.frames).toBe(expected.frames)
  expectColors(decoded, expected)
  expectSound(decoded, tree, expected)
  await expectNoSecrets(tree.folder)
}

function expectTruthfulMaster(
  master: string,
  tree: Tree,
  { size, rate, mostKbps }: Expectation,
): void {
  const { renditions, grid, audio } = tree.manifest
  const entries = master.split('\n').filter((line) => line.startsWith('#EXT-X-STREAM-INF'))
  expect(entries).toHaveLength(renditions.length)
  expect(entries[0]).toContain(`RESOLUTION=${size},`)
  expect(master.includes('TYPE=AUDIO')).toBe(audio !== null)
  const average = Number(/AVERAGE-BANDWIDTH=(\d+)/.exec(entries[0] ?? '')?.[1])
  if (mostKbps !== undefined) expect(average / 1000).toBeLessThanOrEqual(mostKbps)
  for (const [index, { segments, codecs, level }] of renditions.entries()) {
    const entry = entries[index] ?? ''
    const promised = Number(/[:,]BANDWIDTH=(\d+)/.exec(entry)?.[1])
    const lasting = segments.map(({ bytes, units }) => ({
      bits: 8 * bytes,
      seconds: frameSeconds(grid.rate, units),
    }))
    for (const { bits, seconds } of lasting) {
      // One that is shorter than half of the target counts together with its neighbour.
      if (seconds < targetSeconds(lasting) / 2) continue
      expect(promised).toBeGreaterThanOrEqual(Math.floor(bits / seconds))
    }
    expect(entry).toContain(`CODECS="${codecs}`)
    expect(Number.parseInt(codecs.slice(-2), 16)).toBeLessThanOrEqual(10 * Number(level))
    expect(entry).toContain(`FRAME-RATE=${rate}`)
  }
}

const standardStream = (size: string) => {
  const [width, height] = size.split('x').map(Number)
  return {
    codec_name: 'h264',
    width,
    height,
    sample_aspect_ratio: '1:1',
    pix_fmt: 'yuv420p',
    color_range: 'tv',
    color_space: 'bt709',
    color_transfer: 'bt709',
    color_primaries: 'bt709',
  }
}

async function streamOf(tools: FfmpegTools, tree: Tree): Promise<object> {
  const playlist = tree.playlistOf(tree.manifest.renditions[0]?.name ?? '')
  const fields = Object.keys(standardStream('0x0')).join(',')
  const args = ['-v', 'error', '-show_entries', `stream=${fields}`, '-of', 'json', playlist]
  const { stdout } = await run(tools.binaries.ffprobe, args)
  return JSON.parse(stdout).streams[0]
}

async function decode(
  tools: FfmpegTools,
  tree: Tree,
  size: string,
  hasSound: boolean,
): Promise<Decoded> {
  const [width = 0, height = 0] = size.split('x').map(Number)
  const folder = await makeFolder()
  const [pictures, sound] = [path.join(folder, 'pictures'), path.join(folder, 'sound')]
  const first = ['-map', '0:v:0', '-vsync', 'passthrough', '-f', 'rawvideo', pictures]
  const steady = `aresample=${sampleRate}:async=1:first_pts=0,pan=mono|c0=c0`
  const second = ['-map', '0:a:0', '-af', steady, '-f', 's16le', sound]
  await ffmpeg(tools, '-i', tree.master, ...first, ...(hasSound ? second : []))
  const bytes = await readFile(pictures)
  const pictureBytes = (width * height * 3) / 2
  const samples = hasSound ? await readFile(sound) : Buffer.alloc(0)
  return {
    width,
    height,
    pictures: Array.from({ length: bytes.length / pictureBytes }, (_, index) =>
      bytes.subarray(index * pictureBytes, (index + 1) * pictureBytes),
    ),
    samples: new Int16Array(samples.buffer, samples.byteOffset, samples.length / 2),
  }
}

/** The colour at a place given as shares of width and height. */
function colorAt({ width, height, pictures }: Decoded, x: number, y: number): Yuv {
  const picture = pictures[0] ?? new Uint8Array()
  const [column, row] = [Math.floor((x * width) / 2), Math.floor((y * height) / 2)]
  const chroma = row * (width / 2) + column
  const plane = width * height
  const at = (offset: number): number => picture[offset] ?? -1
  return [at(2 * row * width + 2 * column), at(plane + chroma), at((5 * plane) / 4 + chroma)]
}

function distance(left: Yuv, right: Yuv): number {
  return Math.max(...left.map((value, index) => Math.abs(value - (right[index] ?? 0))))
}

function expectColors(decoded: Decoded, { middle, tolerance = 3, corners }: Expectation): void {
  if (middle) {
    const found = colorAt(decoded, 0.5, 0.5)
    expect(distance(found, middle), `${found} for ${middle}`).toBeLessThanOrEqual(tolerance)
  }
  if (!corners) return
  const places = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => colorAt(decoded, x, y)))
  const nearest = places.map(
    (color) =>
      Object.entries(named).toSorted(
        ([, left], [, right]) => distance(color, left) - distance(color, right),
      )[0]?.[0],
  )
  expect(nearest).toEqual(corners)
}

/** Light and sound at one moment: each within a picture of its time, and of the other. */
function expectSound(decoded: Decoded, tree: Tree, { clapSeconds, peak }: Expectation): void {
  const { samples, pictures } = decoded
  const { rate, frames } = tree.manifest.grid
  const oneFrame = frameSeconds(rate, 1)
  if (tree.manifest.audio) {
    const longer = samples.length / sampleRate - frameSeconds(rate, frames)
    expect(longer).toBeGreaterThan(-0.001)
    expect(longer).toBeLessThan(0.045)
  }
  if (clapSeconds !== undefined) {
    const light = pictures.findIndex((picture) => (picture[decoded.width * 9] ?? 0) > 120)
    expect(Math.abs(light * oneFrame - clapSeconds)).toBeLessThanOrEqual(oneFrame + 0.001)
    if (tree.manifest.audio === null) return
    const heard = samples.findIndex((sample) => Math.abs(sample) > 0.35 * 32_768) / sampleRate
    expect(heard).toBeGreaterThan(0)
    expect(Math.abs(heard - light * oneFrame)).toBeLessThanOrEqual(oneFrame)
  }
  if (!peak) return
  const loudest = samples
    .subarray(4096, -4096)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const clipped = samples.filter((value) => Math.abs(value) >= 32_767).length
  expect(loudest / 32_768).toBeGreaterThanOrEqual(peak[0])
  expect(loudest / 32_768).toBeLessThanOrEqual(peak[1])
  expect(clipped).toBeLessThan(samples.length / 100)
}

async function expectNoSecrets(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const content = await readFile(path.join(entry.parentPath, entry.name), 'latin1')
    for (const secret of secrets) expect(content.includes(secret), entry.name).toBe(false)
  }
}
