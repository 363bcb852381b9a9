import { execFile } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { childEnvironment } from '#node/config.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { createTreeArithmetic } from '#node/ipfs/tree-arithmetic.ts'
import { assembleTree } from '#node/processing/tree.ts'
import type { Cid } from '#protocol/ids.ts'
import { serveFolder } from '#test/support/browser.ts'
import type { Tree } from '#test/support/clip.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled as signal } from '#test/support/ffmpeg.ts'

const main = fileURLToPath(new URL('../../node/main.ts', import.meta.url))
const seed = '11'.repeat(32)

let tools: FfmpegTools
let engine: EncodingEngine
let clip: string
let tree: Tree
let root: Cid
let home: string

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  home = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  clip = path.join(folder, 'clip.mp4')
  await makeSampleClip(tools, clip, { signal, width: 160, height: 90, rate: '12', seconds: 4 })
  const { width, height, ...pace } = await engine.analyse(clip, { signal })
  const ladder = buildLadder(width, height, pace)
  tree = await encodeTree(engine, await requestFor(engine, clip, { ladder }))
  const sizes = tree.manifest.renditions.flatMap(({ segments }) => segments)
  const all = [...sizes, ...(tree.manifest.audio?.segments ?? [])]
  const arithmetic = createTreeArithmetic(new Map(all.map(({ cid, bytes }) => [cid, bytes])))
  root = (await assembleTree(tree.manifest, arithmetic)).root
})

type Ended = { readonly code: number; readonly lines: readonly string[] }

/** Runs the command as a user would, with a home of its own. */
function verify(...args: readonly string[]): Promise<Ended> {
  const env = childEnvironment({ XDG_DATA_HOME: home, NO_COLOR: '1' })
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'verify', ...args], { env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0
      resolve({ code, lines: `${stdout}${stderr}`.trim().split('\n') })
    })
  })
}

test('a good tree is told to be what it says, with its leaves, and the code 0', async () => {
  const { code, lines } = await verify(tree.folder, '--source', clip, '--seed', seed)
  expect(lines.at(-1)).toBe('The tree is what it says it is.')
  expect(lines).toContain(`root         ${root}`)
  expect(lines.filter((line) => line.includes('the same bytes')).length).toBeGreaterThan(3)
  expect(code).toBe(0)
})

test('a gateway serves the tree by its id, and programs read JSON', async () => {
  const site = await makeFolder()
  await cp(tree.folder, path.join(site, 'ipfs', root), { recursive: true })
  await using server = await serveFolder(site)
  const options = ['--source', clip, '--gateway', server.address, '--leaves', 'all', '--json']
  const { code, lines } = await verify(root, ...options)
  const { result } = JSON.parse(lines.at(-1) ?? '')
  expect(result).toMatchObject({ verdict: 'pass', root, tier: 'exact', faults: [] })
  expect(result.challenged).toHaveLength(result.leaves)
  expect(code).toBe(0)
})

test('a tree that lacks a segment ends with the code 1 and the place of it', async () => {
  const copy = path.join(await makeFolder(), 'tree')
  await cp(tree.folder, copy, { recursive: true })
  await rm(path.join(copy, '90p', 'segment_001.ts'))
  const { code, lines } = await verify(copy, '--source', clip)
  expect(lines).toContain('  ✗ unavailable in 90p, segment 1')
  expect(code).toBe(1)
})

test.each([
  ['a source that is not there', () => [tree.folder, '--source', '/no/such/file'], 'input-missing'],
  ['a tree that is neither folder nor id', () => ['nowhere', '--source', clip], 'option-invalid'],
  ['an id without a place to look', () => [root, '--source', clip], 'option-invalid'],
  ['a folder without a tree', () => [home, '--source', clip], 'content-unavailable'],
])('%s ends with the code 2 and one sentence', async (_name, args, expected) => {
  const { code, lines } = await verify(...args())
  expect(lines.at(-1)).toMatch(new RegExp(`^${expected}: .+\\.$`))
  expect(code).toBe(2)
})

test.each([
  ['no source', () => [tree.folder]],
  ['a seed that is none', () => [tree.folder, '--source', clip, '--seed', 'xyz']],
  ['no leaf at all', () => [tree.folder, '--source', clip, '--leaves', '0']],
])('%s was not checked: the code 2, and an error for programs', async (_name, args) => {
  expect((await verify(...args())).code).toBe(2)
  const { code, lines } = await verify(...args(), '--json')
  expect(code).toBe(2)
  const told = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  expect(told).toEqual([{ error: { code: 'option-invalid', message: expect.any(String) } }])
})

test('a folder as the source is no file, and a pipe in a tree is not waited for', async () => {
  const folder = await verify(tree.folder, '--source', path.dirname(clip))
  expect(folder.lines.at(-1)).toMatch(/^input-\w+: /)
  expect(folder.code).toBe(2)
  const copy = path.join(await makeFolder(), 'tree')
  await cp(tree.folder, copy, { recursive: true })
  const playlist = path.join(copy, '90p', 'index.m3u8')
  await rm(playlist)
  await promisify(execFile)('mkfifo', [playlist])
  const { code, lines } = await verify(copy, '--source', clip)
  expect(lines).toContain('  ✗ unavailable')
  expect(code).toBe(1)
})

describe('renditions that the market would not make of such a source', () => {
  test('are no renditions of it, whatever the tree says itself', async () => {
    const squeezed = await encodeTree(
      engine,
      await requestFor(engine, clip, { ladder: [aRendition({ height: 64, kbps: 60 })] }),
    )
    const { code, lines } = await verify(squeezed.folder, '--source', clip)
    expect(lines).toContain('  ✗ manifest-differs-from-offer in 90p')
    expect(code).toBe(1)
  })

  test('and those that it left out are named', async () => {
    const large = path.join(await makeFolder(), 'large.mp4')
    const size = { width: 1280, height: 720, rate: '12', seconds: 1 }
    await makeSampleClip(tools, large, { signal, ...size })
    const ladder = buildLadder(1280, 720, await engine.analyse(large, { signal }))
    const small = ladder.filter(({ name }) => name === '480p')
    const part = await encodeTree(engine, await requestFor(engine, large, { ladder: small }))
    const { code, lines } = await verify(part.folder, '--source', large)
    expect(lines).toContain('left out     720p, which the source has lines for')
    expect(code).toBe(0)
  })
})

test('help says what is checked, and what the exit codes mean', async () => {
  const { code, lines } = await verify('--help')
  expect(lines.join('\n')).toContain('Exit code: 0 it is what it says')
  expect(code).toBe(0)
})
