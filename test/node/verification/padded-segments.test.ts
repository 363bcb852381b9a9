import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { mediaPid, packetBytes } from '#node/encoding/transport-stream.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import { aRendition, encodeSegments, requestFor } from '../../support/clip.ts'
import { makeFolder, openTools, untroubled as signal } from '../../support/ffmpeg.ts'
import { aLeafCheck } from '../../support/leaf-check.ts'
import { stuffed, withFrames } from '../../support/transport-forgery.ts'

const rendition = aRendition({ name: '180p', width: 320, height: 180, kbps: 1_000 })
const segment = 1

let tools: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
let honest: Uint8Array
let starved: Uint8Array

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  const clip = path.join(folder, 'clip.mp4')
  const shape = { width: 320, height: 180, rate: '12', seconds: 3 } as const
  await makeSampleClip(tools, clip, { signal, ...shape })
  request = await requestFor(engine, clip, { ladder: [rendition] })
  honest = await segmentAt(rendition.kbps)
  starved = await segmentAt(20)
}, 60_000)

/** The segment as the rendition would have it at some rate. */
async function segmentAt(kbps: number): Promise<Uint8Array> {
  const terms = { ...request.terms, ladder: [{ ...rendition, kbps }] }
  const made = await encodeSegments(engine, { ...request, terms })
  const own = made.find(
    ({ rendition: name, index }) => name === rendition.name && index === segment,
  )
  return await readFile(own?.path ?? '')
}

async function measure(bytes: Uint8Array): Promise<LeafFinding> {
  const file = path.join(await makeFolder(), 'delivered.ts')
  await writeFile(file, bytes)
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver(rendition.name, new Map([[segment, file]]))
  const [finding] = await measureLeaves(check, manifest, [{ rendition: rendition.name, segment }])
  if (!finding) throw new Error('every leaf has its finding')
  return finding
}

const ratioOf = async (bytes: Uint8Array): Promise<number> =>
  (await measure(bytes)).figures['bytes-ratio'] ?? Number.NaN

/** Packets of the medium that hold none of it. */
function withEmptyPackets(bytes: Uint8Array, count: number): Uint8Array {
  const packet = Buffer.alloc(packetBytes, 0xff)
  packet.set([0x47, mediaPid >> 8, mediaPid & 0xff, 0x20, packetBytes - 5, 0])
  return Buffer.concat([bytes, ...Array.from({ length: count }, () => packet)])
}

/** With a unit of H.264 behind the delimiter that every frame begins with. */
const withUnits = (bytes: Uint8Array, head: readonly number[], length: number): Uint8Array =>
  withFrames(bytes, (frame) =>
    Buffer.concat([
      ...[frame.subarray(0, 6), Uint8Array.of(0, 0, 1, ...head), Buffer.alloc(length, 0xff)],
      ...[Uint8Array.of(0x80), frame.subarray(6)],
    ]),
  )

const pads: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ['tables', (bytes) => stuffed(bytes, 0x1000, 200)],
  ['packets without a medium', (bytes) => withEmptyPackets(bytes, 200)],
  ['units that fill up', (bytes) => withUnits(bytes, [12], 3_000)],
  ['zeros', (bytes) => withFrames(bytes, (frame) => Buffer.concat([frame, Buffer.alloc(3_000)]))],
]

describe('how many bytes a segment has of those of the verifier’s own', () => {
  test('is what it is where the segment is honest', async () => {
    const { faults, figures } = await measure(honest)
    expect(faults).toEqual([])
    expect(figures['bytes-ratio']).toBeGreaterThan(0.9)
  })

  test.each(pads)('is not raised by %s', async (_, pad) => {
    const padded = pad(starved)
    expect(padded.length).toBeGreaterThan(2 * starved.length)
    expect(await ratioOf(padded)).toBeCloseTo(await ratioOf(starved), 2)
  })

  test('finds a starved segment, however full it is', async () => {
    const padded = withUnits(starved, [12], 3_000)
    expect(padded.length).toBeGreaterThan(honest.length)
    const { faults } = await measure(padded)
    expect(faults.map(({ code }) => code)).toContain('bitrate-out-of-bounds')
  })
})
