import { copyFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileSpan } from '#market/ports/content-store.ts'
import { confinement } from '#node/encoding/containers.ts'
import { listDecoders } from '#node/encoding/decoders.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { openingArguments } from '#node/encoding/input-arguments.ts'
import { guardInput } from '#node/encoding/input-guard.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import { isProtected } from '#node/encoding/mp4-protection.ts'
import { createSourceAnalysis } from '#node/encoding/source-analysis.ts'
import { linksOf, parseCid } from '#node/ipfs/dag.ts'
import type { SourceWindows } from '#node/processing/source-windows.ts'
import { startSourceWindows } from '#node/processing/source-windows.ts'
import type { TestStore } from '#test/support/content.ts'
import { noise, openTestStore, spoil } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { silent } from '#test/support/peers.ts'
import { makeShortClip } from '#test/support/short-clip.ts'

const mebibyte = 1024 * 1024
const stack = new AsyncDisposableStack()
let tools: FfmpegTools
let store: TestStore
let directory: string
let windows: SourceWindows

beforeAll(async () => {
  directory = stack.use(await aDirectory()).path
  store = stack.use(await openTestStore(directory))
  windows = stack.use(await startSourceWindows({ blocks: store.blocks, logger: silent }))
  tools = await openTools()
})
afterAll(() => stack.disposeAsync())

/** Hashes of the pictures and the sound that come out of an input from a second on. */
async function decoded(input: string, second: number): Promise<string> {
  const layout = await createLayoutReader(tools)({ source: input }, untroubled)
  const folder = await makeFolder()
  const from = openingArguments(layout, second)
  await ffmpeg(tools, ...from, '-map', '0', '-f', 'framemd5', path.join(folder, 'frames'))
  return await readFile(path.join(folder, 'frames'), 'utf8')
}

describe('a window', () => {
  for (const kind of ['mp4', 'ts', 'mkv', 'avi'])
    test(`shows FFmpeg what the ${kind} file shows it, from the beginning and from the middle`, async () => {
      const size = { width: 256, height: 144, seconds: 4 }
      const clip = await makeShortClip(tools, { name: `clip.${kind}`, ...size })
      const { cid } = await store.content.addFile(clip, { signal: untroubled })
      await using source = await windows.open(cid, { signal: untroubled })

      for (const second of [0, 3])
        expect(await decoded(source.input, second)).toBe(await decoded(clip, second))
      expect(await guardInput(source.input)).toEqual(await guardInput(clip))
      expect(await isProtected(source.input)).toBe(false)
    })

  test('is measured as the file is', async () => {
    const clip = await makeShortClip(tools, { width: 128, height: 72, seconds: 3 })
    const { cid } = await store.content.addFile(clip, { signal: untroubled })
    await using source = await windows.open(cid, { signal: untroubled })
    const decoders = await listDecoders(tools.ffprobe, untroubled)
    const analyse = createSourceAnalysis(
      { ...tools, decoders, readLayout: createLayoutReader(tools) },
      { seconds: 60, pixels: 10 ** 6 },
    )

    const measured = await analyse(source.input, untroubled)
    expect(measured.profile).toEqual((await analyse(clip, untroubled)).profile)
  })

  test('is for nobody who does not know its name, and for nobody when it is closed', async () => {
    const { cid } = await store.content.addBytes(noise(100))
    const source = await windows.open(cid, { signal: untroubled })
    const { origin } = new URL(source.input)

    expect((await fetch(`${origin}/${cid}`)).status).toBe(404)
    expect((await fetch(`${origin}/${'0'.repeat(32)}`)).status).toBe(404)
    expect((await fetch(source.input)).status).toBe(200)
    await source[Symbol.asyncDispose]()
    expect((await fetch(source.input)).status).toBe(404)
  })

  test('gives the bytes that are asked for', async () => {
    const bytes = noise(3 * mebibyte + 7)
    const { cid } = await store.content.addBytes(bytes)
    await using source = await windows.open(cid, { signal: untroubled })
    const read = async (range: string) => {
      const response = await fetch(source.input, { headers: { range } })
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
    }

    const middle = await read(`bytes=${mebibyte - 3}-${2 * mebibyte + 1}`)
    expect(middle.status).toBe(206)
    expect(middle.bytes.equals(bytes.subarray(mebibyte - 3, 2 * mebibyte + 2))).toBe(true)
    expect((await read('bytes=-7')).bytes.equals(bytes.subarray(-7))).toBe(true)
    expect((await read(`bytes=${bytes.length}-`)).status).toBe(416)
  })

  test('whose source is spoilt says so before FFmpeg can take it for the end of the file', async () => {
    const bytes = noise(3 * mebibyte, 'spoilt')
    const { cid } = await store.content.addBytes(bytes)
    const root = parseCid(cid)
    const [, second] = linksOf(root, await store.blocks.read(root))
    await using source = await windows.open(cid, { signal: untroubled })
    await spoil(directory, second!)

    const response = await fetch(source.input)
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect(source.signal.aborted).toBe(true)
    expect(source.signal.reason).toMatchObject({ code: 'content-unavailable' })
  })

  test('has what is looked at brought, and no more', async () => {
    const clip = await makeShortClip(tools, {
      ...{ width: 320, height: 180, seconds: 4, name: 'sought.mp4' },
      output: ['-b:v', '20M', '-crf', '0'],
    })
    const whole = await readFile(clip)
    const { cid } = await store.content.addFile(clip, { signal: untroubled })
    const brought: FileSpan[] = []
    const bring = async (span: FileSpan) => brought.push(span)
    await using source = await windows.open(cid, { signal: untroubled, bring })

    const range = { range: `bytes=${whole.length - 10}-` }
    const tail = await fetch(source.input, { headers: range })
    expect(Buffer.from(await tail.arrayBuffer()).equals(whole.subarray(-10))).toBe(true)
    expect(brought).toEqual([
      { start: 0, end: 1 },
      { start: whole.length - 10, end: whole.length },
    ])
  })

  test('whose source nobody has is not opened', async () => {
    const missing = await (async () => {
      await using elsewhere = await openTestStore((await aDirectory()).path)
      return await elsewhere.content.addBytes(noise(10, 'elsewhere'))
    })()

    await expect(windows.open(missing.cid, { signal: untroubled })).rejects.toMatchObject({
      code: 'content-unavailable',
    })
  })
})

describe('an input', () => {
  test('that is a file has no network, and one that is a window has no files', async () => {
    const { cid } = await store.content.addBytes(noise(10))
    await using source = await windows.open(cid, { signal: untroubled })
    const protocols = (input: string) => {
      const args = confinement(input)
      return args[args.indexOf('-protocol_whitelist') + 1]
    }

    expect(protocols('/videos/clip.mp4')).toBe('file,pipe')
    expect(protocols(source.input)).toBe('http,tcp')
    for (const foreign of [
      'http://127.0.0.1:80/',
      'http://example.org/0123456789abcdef0123456789abcdef',
      `${source.input}?more`,
      `${source.input}/../x`,
      `x${source.input}`,
    ])
      expect(protocols(foreign)).toBe('file,pipe')
  })

  test('that names another file gets nothing of it through a window', async () => {
    const folder = await makeFolder()
    const clip = await makeShortClip(tools, { width: 64, height: 36, seconds: 1 })
    await copyFile(clip, path.join(folder, 'secret.mp4'))
    const list = `ffconcat version 1.0\nfile '${path.join(folder, 'secret.mp4')}'\n`
    const { cid } = await store.content.addBytes(Buffer.from(list))
    await using source = await windows.open(cid, { signal: untroubled })

    await expect(guardInput(source.input)).rejects.toMatchObject({ code: 'input-playlist' })
    await expect(
      createLayoutReader(tools)({ source: source.input }, untroubled),
    ).rejects.toMatchObject({ code: 'input-unreadable' })
  })
})
