import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { challengeOf } from '#contracts/delivering.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { leavesOf, merkleRoot, summariesOf } from '#contracts/merkle.ts'
import type { CheckResult } from '#market/domain/creator-job.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type {
  EncodedSegment,
  EncodeRequest,
  EncodingEngine,
} from '#market/ports/encoding-engine.ts'
import { codecString } from '#node/encoding/codec-string.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { Ffprobe } from '#node/encoding/ffprobe.ts'
import { assembleTree } from '#node/processing/tree.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import type { CheckerDeps } from '#node/verification/delivery-checker.ts'
import { createDeliveryChecker } from '#node/verification/delivery-checker.ts'
import { bytesToHex } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import { Cid, Sha256Hex } from '#protocol/ids.ts'
import { audioPreset } from '#protocol/ladder.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import {
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hashHex,
  hbd,
  sha256,
} from './builders.ts'
import { encodeSegments, requestFor } from './clip.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from './ffmpeg.ts'
import { openLoneContent } from './lone-content.ts'
import { approves, createTestChain, funds, says, virtually } from './test-chain.ts'

/** One honest delivery, and everything that is needed to forge it and to have it checked. */
export type Workshop = {
  readonly tools: FfmpegTools
  readonly engine: EncodingEngine
  readonly content: ContentStore
  readonly request: EncodeRequest
  readonly offer: JobOffer
  readonly manifest: Manifest
  readonly delivery: JobDeliver
  /** Bytes of a segment of the honest tree. */
  readonly segment: (rendition: string, index: number) => Promise<Uint8Array>
  /** Encodes something else by the same engine and keeps its segments, as records of a manifest. */
  readonly encodeOther: (
    terms: Partial<EncodeRequest['terms']>,
  ) => Promise<ReadonlyMap<string, readonly SegmentRecord[]>>
  readonly record: (bytes: Uint8Array, units?: number) => Promise<SegmentRecord>
  /** The delivery that an encoder would sign for a manifest, its tree assembled and kept. */
  readonly deliver: (manifest: Manifest, overrides?: Partial<JobDeliver>) => Promise<JobDeliver>
  readonly check: (
    delivery: JobDeliver,
    options?: {
      readonly deps?: Partial<CheckerDeps>
      /** A leaf that the challenge is to draw; its salt is looked for. */
      readonly drawing?: number
      /** Hardware that the encoder registers before the award, and after it. */
      readonly hwAccel?: readonly [HwAccel, HwAccel]
      readonly signal?: AbortSignal
      /** What was asked for, where it is not the workshop's own offer. */
      readonly asked?: JobOffer
    },
  ) => Promise<CheckResult>
}

/** Encodes four seconds of a test picture with sound, in two small renditions of two parts, and delivers them honestly. */
export async function openWorkshop(subtitles: string | null = null): Promise<Workshop> {
  const tools = await openTools()
  const engine = await createEncodingEngine(
    { tools },
    { directory: await makeFolder(), signal: untroubled, workers: 2 },
  )
  const folder = await makeFolder()
  const content = await openLoneContent(path.join(folder, 'blocks'))
  const clip = path.join(folder, 'clip.mp4')
  await makeClip(tools, clip, subtitles)
  const source = await content.addFile(clip, { signal: untroubled })
  const request = await requestFor(engine, clip)
  const terms = { ...request.terms, source: { ...request.terms.source, cid: source.cid } }
  const offer = anOffer({ ...terms })
  const ffprobe = remembering(tools.ffprobe)
  const workspaces = createWorkspaces(path.join(folder, 'work'), content)

  const keep = async ({ path: file, units }: EncodedSegment): Promise<SegmentRecord> =>
    record(await readFile(file), units)
  const record: Workshop['record'] = async (bytes, units = 12) => {
    const added = await content.addBytes(bytes)
    return { cid: added.cid, bytes: added.bytes, units }
  }
  const encodeOther: Workshop['encodeOther'] = async (other) => {
    const segments = await encodeSegments(engine, {
      ...request,
      terms: { ...request.terms, ...other },
    })
    const records = new Map<string, SegmentRecord[]>()
    for (const segment of segments)
      records.set(segment.rendition, [
        ...(records.get(segment.rendition) ?? []),
        await keep(segment),
      ])
    return records
  }
  const deliver: Workshop['deliver'] = async (manifest, overrides = {}) => {
    const tree = await assembleTree(manifest, content)
    const leaves = leavesOf(manifest)
    return {
      v: 1,
      t: 'job.deliver',
      job: offer.job,
      root: tree.root,
      manifest: tree.manifest,
      merkleRoot: Sha256Hex.parse(bytesToHex(merkleRoot(leaves, sha256))),
      leaves: leaves.length,
      renditions: summariesOf(manifest),
      milliseconds: { fetch: 1, encode: 1 },
      ...overrides,
    }
  }
  const check: Workshop['check'] = async (delivery, options = {}) => {
    const { deps, drawing = 0, signal = untroubled, hwAccel, asked = offer } = options
    const ledger = ledgerWith(asked, delivery, engine, hwAccel)
    const checker = createDeliveryChecker(
      {
        content,
        engine,
        ffmpeg: tools.ffmpeg,
        ffprobe,
        ledger: { current: () => ledger, isSynced: () => true, isTrusted: () => true },
        clock: { now: () => 0 },
        workspaceOf: (job) => workspaces(job, 'check'),
        trees: { show: () => undefined },
        ...deps,
      },
      { patienceMs: 0, pollMs: 1 },
    )
    return checker.check(asked.job, saltFor(ledger, asked, drawing), {
      signal,
      onProgress: () => undefined,
    })
  }

  const records = await encodeOther({})
  const [first] = records.get('90p') ?? []
  const [second] = records.get('72p') ?? []
  const codecsOf = async (found: SegmentRecord | undefined): Promise<string> =>
    codecString(await readContent(content, found?.cid))
  const codecs = [await codecsOf(first), await codecsOf(second)]
  const manifest: Manifest = {
    v: 1,
    source: source.cid,
    recipe: offer.recipe,
    grid: offer.grid,
    class: engine.class,
    renditions: offer.ladder.map((rendition, place) => ({
      ...rendition,
      codecs: codecs[place] ?? '',
      segments: [...(records.get(rendition.name) ?? [])],
    })),
    audio: {
      codecs: 'mp4a.40.2',
      ...audioPreset,
      segments: [...(records.get('audio') ?? [])],
    },
  }
  return {
    tools,
    engine,
    content,
    request,
    offer,
    manifest,
    delivery: await deliver(manifest),
    segment: (rendition, index) =>
      readContent(
        content,
        leavesOf(manifest).find((leaf) => leaf.rendition === rendition && leaf.index === index)
          ?.cid,
      ),
    encodeOther,
    record,
    deliver,
    check,
  }
}

/** A manifest with some segments of one track replaced, by index. */
export function withSegments(
  manifest: Manifest,
  track: string,
  changes: Readonly<Record<number, SegmentRecord>>,
): Manifest {
  const change = (segments: readonly SegmentRecord[]): SegmentRecord[] =>
    segments.map((segment, index) => changes[index] ?? segment)
  const { audio } = manifest
  if (track === 'audio')
    return { ...manifest, audio: audio && { ...audio, segments: change(audio.segments) } }
  return {
    ...manifest,
    renditions: manifest.renditions.map((rendition) =>
      rendition.name === track ? { ...rendition, segments: change(rendition.segments) } : rendition,
    ),
  }
}

/** An ffprobe that is asked about the same bytes once only: most of a forged tree is honest. */
function remembering(ffprobe: Ffprobe): Ffprobe {
  const answers = new Map<string, readonly string[]>()
  return {
    run: async (run) => {
      const bytes = await readFile(run.args.at(-1) ?? '')
      const key = createHash('sha256').update(bytes).digest('hex')
      const lines: string[] = []
      const known = answers.get(key)
      if (!known) await ffprobe.run({ ...run, onLine: (line) => lines.push(line) })
      answers.set(key, known ?? lines)
      for (const line of known ?? lines) run.onLine(line)
    },
  }
}

async function makeClip(tools: FfmpegTools, file: string, subtitles: string | null): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=12:duration=4']
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=4']
  const coding = ['-c:v', 'libx264', '-g', '12', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  const texts = path.join(await makeFolder(), 'text.srt')
  if (subtitles !== null) await writeFile(texts, subtitles)
  const text = subtitles === null ? [] : ['-i', texts, '-c:s', 'mov_text']
  await ffmpeg(tools, ...picture, ...sound, ...text, ...coding, file)
}

async function readContent(content: ContentStore, id: string | undefined): Promise<Uint8Array> {
  if (!id) throw new Error('no such segment')
  return content.read(Cid.parse(id), { limitBytes: 2 ** 30, signal: untroubled })
}

/** The ledger of a chain on which the job was awarded to bob, funded and delivered, and its challenge drawn. */
function ledgerWith(
  offer: JobOffer,
  delivery: JobDeliver,
  engine: EncodingEngine,
  [before, after]: readonly [HwAccel, HwAccel] = ['none', 'none'],
): Ledger {
  const chain = createTestChain()
  const award = anAward()
  const registers = (hwAccel: HwAccel) => {
    const encoder = { ...encoderProfile, class: engine.class, hwAccel }
    return says(bob, aRegistration({ roles: ['encoder'], encoder }))
  }
  chain.block([
    registers(before),
    says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } })),
    says(alice, offer),
  ])
  chain.block([funds(award), says(alice, award)])
  if (after !== before) chain.block([registers(after)])
  chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  const records = chain.block([says(bob, delivery)])
  for (const { refusal } of records) if (refusal) throw new Error(`refused: ${refusal}`)
  chain.skip(4)
  return chain.ledger()
}

/** A salt that makes the chain draw a leaf. */
function saltFor({ jobs }: Ledger, { job: id }: JobOffer, leaf: number): string {
  const job = jobs.get(id)
  if (job?.phase !== 'delivered') throw new Error('not delivered')
  for (let number = 0; ; number += 1) {
    const salt = hashHex(`salt ${number}`)
    if (challengeOf(job, salt, sha256)?.leaves.includes(leaf)) return salt
  }
}
