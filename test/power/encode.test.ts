import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { createPieceKeys } from '#node/encoding/piece-key.ts'
import { openOutputFolder } from '#node/local/output-folder.ts'
import { openPieceShelf } from '#node/local/piece-shelf.ts'
import { ladderOf } from '#node/verification/manifest-check.ts'
import { partCount } from '#protocol/grid.ts'
import { Manifest } from '#protocol/manifest.ts'
import { ffmpeg, makeFolder, openTools } from '#test/support/ffmpeg.ts'
import { contentOf } from '#test/support/local-encode.ts'
import type { CutDisk } from '#test/support/power/cut-disk.ts'
import { cutEverywhere, losses } from '#test/support/power/cut-everywhere.ts'
import type { DiskStep } from '#test/support/power/disk-log.ts'
import { recordDisk } from '#test/support/power/disk-log.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../../node/main.ts', import.meta.url))
/** Of this machine, measured once: it is on the disk before the encode that is cut begins. */
const measured = 'determinism-class.json'
const parts = 3

let root: string
let clip: string
let steps: readonly DiskStep[]
let before: readonly DiskStep[]
let manifest: Manifest
let expected: ReadonlyMap<string, string>

const outOf = (folder: string) => path.join(folder, 'out')
const dataOf = (folder: string) => path.join(folder, 'data')

function encoding(folder: string): [string, ...string[]] {
  const places = ['--out', outOf(folder), '--data', dataOf(folder)]
  return [process.execPath, main, 'encode', clip, ...places, '--workers', '1', '--json']
}

beforeAll(async () => {
  const folder = await makeFolder()
  clip = path.join(folder, 'clip.mp4')
  const sounding = path.join(folder, 'sounding.mp4')
  await makeTinyClip(sounding, 96, 16 * parts - 2)
  // Without its sound, which may be finished last, its playlist grows with every part.
  await ffmpeg(await openTools(), '-i', sounding, '-c', 'copy', '-an', clip)
  const [node, ...args] = encoding(folder)
  await run(node, args)
  expected = await contentOf(outOf(folder))
  manifest = Manifest.parse(JSON.parse(expected.get('manifest.json') ?? ''))

  root = await makeFolder()
  const own = path.join(dataOf(root), measured)
  await mkdir(dataOf(root))
  await copyFile(path.join(dataOf(folder), measured), own)
  const bytes = await readFile(own)
  before = [
    { type: 'make-folder', path: dataOf(root) },
    { type: 'create', path: own, isEmptied: true },
    { type: 'write', path: own, at: 0, bytes },
    ...[own, dataOf(root), root].map((place): DiskStep => ({ type: 'sync', path: place })),
  ]
  steps = await recordDisk(root, encoding(root))
})

/** The playlist as a player may have read it: what it names is finished. */
function promisedBy(disk: CutDisk): string {
  return disk.textOf(path.join(outOf(root), '64p', 'index.m3u8')) ?? ''
}

/** Parts of the video that a playlist names whole. */
function partsIn(playlist: string): readonly number[] {
  const { grid } = manifest
  const named = new Set(playlist.match(/^segment_\d+\.ts$/gm) ?? [])
  const whole = Math.floor(named.size / grid.partSegments)
  return [...Array(named.size === manifest.renditions[0]?.segments.length ? parts : whole).keys()]
}

function terms(): EncodeRequest['terms'] {
  const { grid, recipe } = manifest
  const source = { cid: manifest.source, bytes: 1, width: 96, height: 64, codec: 'h264' }
  return {
    source: { ...source, videoStream: 0 },
    grid,
    recipe,
    ladder: ladderOf(manifest),
  }
}

/** The finished parts that the next run of the command finds. */
async function openShelf() {
  const { database, state, ...opened } = openDatabase(path.join(dataOf(root), 'encodes.sqlite'))
  const {
    source: { cid: source },
    recipe,
  } = terms()
  const folder = await openOutputFolder(outOf(root), { source, recipe })
  const cache = createPieceCache(database, { now: () => 1 })
  const keyOf = createPieceKeys(terms(), manifest.class)
  const shelf = await openPieceShelf({ folder, cache, state, keyOf, hardware: [] }, terms())
  await folder[Symbol.asyncDispose]()
  opened[Symbol.dispose]()
  return shelf
}

test.each(losses)(
  'what a playlist named is found again after a power cut at any step, and gone on from; lost: %o',
  async (loss) => {
    expect(partCount(manifest.grid)).toBe(parts)
    const resumed = new Set<number>()
    const looks = await cutEverywhere(
      { root, before, steps, loss, promisedBy },
      async (promised) => {
        const shelf = await openShelf()
        const named = partsIn(promised)
        expect(named.filter((part) => !shelf.isFinished(part, '64p'))).toEqual([])
        if (resumed.has(named.length)) return
        resumed.add(named.length)
        const [node, ...args] = encoding(root)
        await run(node, args)
        expect(await contentOf(outOf(root))).toEqual(expected)
      },
    )
    expect(resumed).toEqual(new Set(Array.from({ length: parts + 1 }, (_, named) => named)))
    expect(looks).toBeGreaterThan(4 * parts)
    expect(await contentOf(outOf(root))).toEqual(expected)
  },
)
