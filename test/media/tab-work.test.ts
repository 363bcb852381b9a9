import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodedSegment, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { readSourceTerms } from '#node/browser/source-terms.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { claimRoute, completeRoute, releaseRoute } from '#protocol/api/agent.ts'
import { browserPlanRoute, completeBrowserRoute } from '#protocol/api/browser.ts'
import type { JobView } from '#protocol/api/jobs.ts'
import { cancelJobRoute, getJobRoute } from '#protocol/api/jobs.ts'
import type { UploadStatus } from '#protocol/api/uploads.ts'
import type { Client } from '#protocol/client.ts'
import { encodeSegments } from '#test/support/clip.ts'
import {
  complaintsAbout,
  makeFolder,
  openTools,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'
import type { TabLease } from '#test/support/tab.ts'
import { accountAt, claimedByTab, putSegment, uploadTo } from '#test/support/tab.ts'

let tools: FfmpegTools
let engine: EncodingEngine
let indexer: TestIndexer
let data: string
let alice: Client
let bob: Client
let source: Extract<UploadStatus, { phase: 'ready' }>
/** What an honest encoder makes of the source, and of another video of its form. */
let honest: readonly EncodedSegment[]
let other: readonly EncodedSegment[]

beforeAll(async () => {
  tools = await openTools()
  engine = await createEncodingEngine({ tools }, { directory: await makeFolder(), signal })
  data = await makeFolder()
  indexer = await anIndexer({ data })
  const [own, foreign] = [await clip('own.mp4', 200), await clip('other.mp4', 220)]
  const account = await accountAt(indexer, 'alice')
  alice = account.call
  bob = (await accountAt(indexer, 'bob')).call
  source = await uploadTo(indexer, account, own)
  honest = await encoded(own)
  other = await encoded(foreign)
}, 120_000)
afterAll(async () => await indexer[Symbol.asyncDispose]())

/** Another ground makes another video. */
async function clip(name: string, width: number): Promise<string> {
  const made = path.join(await makeFolder(), `made-${name}`)
  await makeSampleClip(tools, made, { width, height: 120, rate: '12', seconds: 9, signal })
  if (width === 200) return made
  const cut = path.join(await makeFolder(), name)
  const args = ['-loglevel', 'error', '-i', made, '-vf', 'crop=200:120,negate', '-c:a', 'copy', cut]
  await tools.ffmpeg.run({ args, directory: path.dirname(cut), signal })
  return cut
}

async function encoded(file: string): Promise<readonly EncodedSegment[]> {
  const readLayout = createLayoutReader(tools)
  const cid = await fileCid(file)
  const { terms } = await readSourceTerms({ engine, readLayout }, { file, cid }, signal)
  return await encodeSegments(engine, { source: file, terms })
}

const claim = (): Promise<TabLease> => claimedByTab(alice, source)

async function handIn(lease: TabLease, segments: readonly EncodedSegment[]): Promise<void> {
  for (const segment of segments) await putSegment(alice, lease, segment)
}

const complete = (lease: TabLease): Promise<JobView> =>
  alice(completeBrowserRoute, { body: { ...lease, processingTimeSec: 3 } })

const jobOf = ({ jobId: id }: TabLease): Promise<JobView> => alice(getJobRoute, { params: { id } })

async function endOf(lease: TabLease): Promise<JobView> {
  await expect.poll(async () => (await jobOf(lease)).phase, { timeout: 60_000 }).not.toBe('leased')
  return await jobOf(lease)
}

const refusalOf = async (call: Promise<unknown>): Promise<unknown> =>
  await call.then(
    () => 'none',
    (error: { readonly code: unknown }) => error.code,
  )

test('what a tab has made honestly completes its job, and plays from the gateway', async () => {
  const lease = await claim()
  expect(await alice(browserPlanRoute, { body: lease })).toMatchObject({
    source: { cid: source.cid, turn: 0, matrix: 'bt601' },
    rendition: { name: '120p', width: 200, height: 120 },
    finished: [],
  })
  await handIn(lease, honest)
  await complete(lease)
  await complete(lease)
  const job = await endOf(lease)
  expect(job).toMatchObject({
    phase: 'completed',
    lastError: null,
    result: { qualities: ['120p'] },
  })
  const master = `${indexer.url}/ipfs/${job.result?.outputCid}/master.m3u8`
  expect(await complaintsAbout(tools, master)).toBe('')
})

test('pictures of another video are found out: the job falls to the next tier with the reason, and nothing of them is kept', async () => {
  const lease = await claim()
  const [, second] = other.filter(({ rendition }) => rendition !== 'audio')
  await handIn(lease, honest)
  await handIn(lease, second ? [second] : [])
  await complete(lease)
  const job = await endOf(lease)
  expect(job).toMatchObject({ phase: 'queued', tier: 'agent', result: null })
  expect(job.lastError).toMatch(/refused: .*in 120p, segment 1/)
})

test('bytes that are no segment are found out too', async () => {
  const lease = await claim()
  await handIn(lease, honest)
  const garbage = path.join(await makeFolder(), 'garbage.ts')
  await writeFile(garbage, Buffer.alloc(188 * 20, 0x47))
  await handIn(lease, [{ rendition: 'audio', index: 0, path: garbage, units: 1 }])
  await complete(lease)
  expect((await endOf(lease)).lastError).toContain('segment-invalid in audio, segment 0')
})

test('nobody but the holder of the lease hands in anything, and no word completes a job', async () => {
  const lease = await claim()
  const first = honest.find(({ rendition }) => rendition !== 'audio')
  if (!first) throw new Error('a video has segments')
  expect(await refusalOf(putSegment(bob, lease, first))).toBe('forbidden')
  const foreignPlan = bob(browserPlanRoute, { body: lease })
  expect(await refusalOf(foreignPlan)).toBe('forbidden')
  const stale = { ...lease, fencingToken: lease.fencingToken + 1 }
  expect(await refusalOf(putSegment(alice, stale, first))).toBe('stale-token')
  await putSegment(alice, lease, first)
  expect(await refusalOf(complete(lease))).toBe('request-invalid')
  const result = { outputCid: source.cid, manifestPath: 'manifest.json', qualities: ['120p'] }
  const body = { ...lease, ...result, processingTimeSec: 1, outputSizeBytes: 1 }
  expect(await refusalOf(alice(completeRoute, { body }))).toBe('forbidden')
  await alice(releaseRoute, { body: { ...lease, reason: 'the tab closes' } })
  expect(await refusalOf(putSegment(alice, lease, first))).toBe('lease-expired')
  const { encoderId } = lease
  const { job } = await alice(claimRoute, { body: { encoderId } })
  expect(job?.jobId).toBe(lease.jobId)
  const later = { ...lease, fencingToken: job?.fencingToken ?? 0 }
  expect(await alice(browserPlanRoute, { body: later })).toMatchObject({ finished: [0] })
})

test('a segment beyond its rate, or of no place, is not taken', async () => {
  const lease = await claim()
  const large = path.join(await makeFolder(), 'large.ts')
  await writeFile(large, Buffer.alloc(4_000_000))
  const place = { rendition: '120p', path: large }
  expect(await refusalOf(putSegment(alice, lease, { ...place, index: 0 }))).toBe('body-too-large')
  expect(await refusalOf(putSegment(alice, lease, { ...place, index: 9 }))).toBe('request-invalid')
  await alice(cancelJobRoute, { params: { id: lease.jobId } })
})

test('segments of a job that is cancelled are removed', async () => {
  const lease = await claim()
  await handIn(lease, honest.slice(0, 2))
  const kept = () => readdir(path.join(data, 'browser'))
  expect(await kept()).toContain(lease.jobId)
  await alice(cancelJobRoute, { params: { id: lease.jobId } })
  await expect.poll(kept, { timeout: 30_000 }).not.toContain(lease.jobId)
})
