import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SettledJob } from '#contracts/job.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { filmClip } from '../support/clip.ts'
import { processesNaming, runCommand } from '../support/command.ts'
import { openEncodingNode } from '../support/encoding-node.ts'
import { complaintsAbout, ffmpeg, makeFolder, openTools, untroubled } from '../support/ffmpeg.ts'
import type { SplitMarket } from '../support/split-market.ts'
import { splitEncoders, startSplitMarket } from '../support/split-market.ts'

/** One video over several encoders, as its owner meets it: real processes, a chain, a film of three parts. */

const seconds = 40
const ranges = 3
const ceiling = 60n
/** Of the arbiter, for each escrow that it stood by. */
const fee = 1n

let tools: FfmpegTools
let market: SplitMarket

beforeAll(async () => {
  tools = await openTools()
  market = await startSplitMarket()
})
afterAll(async () => {
  await market?.[Symbol.asyncDispose]()
  if (market) expect(await processesNaming(market.folder)).toEqual([])
})

/** Another one for each of the takes: encoders keep the parts that they have made. */
async function makeFilm(take: number): Promise<string> {
  const file = path.join(await makeFolder(), 'film.mp4')
  const film = await filmClip()
  if (film === null) {
    const size = { width: 854, height: 480, rate: '24', seconds: seconds + take }
    await makeSampleClip(tools, file, { signal: untroubled, ...size })
    return file
  }
  // Parts are twice as long as the longest way between two key frames, and there are to be three.
  const often = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '48', '-c:a', 'copy']
  const from = ['-stream_loop', '1', '-ss', String(take), '-i', film, '-t', String(seconds)]
  await ffmpeg(tools, ...from, ...often, file)
  return file
}

const wish = (clip: string, ...more: readonly string[]): readonly string[] => [
  ...['job', 'post', clip, '--account', 'creator', '--data', market.dataOf('creator')],
  ...['--split', String(ranges), '--ceiling', '0.060 HBD', ...more],
]

async function post(clip: string): Promise<JobId> {
  const { code, stdout, stderr } = await runCommand(wish(clip, '--detach'))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JobId.parse(stdout)
}

type Merged = Extract<JobEvent, { type: 'merged' }>

/** Follows a whole to its end, and lets somebody act on what is told meanwhile. */
async function follow(
  whole: JobId,
  act: (event: JobEvent) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly merged: Merged; readonly told: readonly JobEvent[] }> {
  const leaving = new AbortController()
  const told: JobEvent[] = []
  for await (const event of market.creator.events(whole, leaving.signal)) {
    told.push(event)
    if (event.type === 'failed') throw new Error(event.message)
    await act(event)
    if (event.type !== 'merged') continue
    leaving.abort()
    return { merged: event, told }
  }
  throw new Error('nothing was merged')
}

/** Jobs of a whole, once each of them has ended. */
async function settledJobs(whole: JobId): Promise<readonly SettledJob[]> {
  const jobsNow = async () =>
    [...(await market.ledger()).jobs.values()].filter(({ offer }) => offer.whole === whole)
  const open = async () =>
    (await jobsNow()).filter(({ phase }) => phase !== 'settled' && phase !== 'cancelled')
  await expect.poll(open, { timeout: 300_000, interval: 500 }).toEqual([])
  return (await jobsNow()).filter((job) => job.phase === 'settled')
}

/** Those whose work was delivered and paid, one for each range and no part left out. */
function expectEachRangePaid(jobs: readonly SettledJob[]): readonly SettledJob[] {
  const paid = jobs.filter(({ toEncoder }) => toEncoder > 0n)
  for (const { award, delivered, toCreator, toEncoder } of paid) {
    expect({ toCreator, toEncoder }).toEqual({ toCreator: 0n, toEncoder: award.price })
    expect(delivered?.attestations).toMatchObject([{ operation: { verdict: 'pass' } }])
  }
  const parts = paid.flatMap(({ offer: { grid } }) => (grid.range ? [grid.range.first] : []))
  expect(new Set(parts)).toEqual(new Set([0, 1, 2]))
  expect(paid.reduce((sum, { toEncoder }) => sum + toEncoder, 0n)).toBeLessThanOrEqual(ceiling)
  return paid
}

/** Nobody has more or less than the settled jobs say. */
async function expectConserved(
  before: ReadonlyMap<string, bigint>,
  jobs: readonly SettledJob[],
): Promise<void> {
  const due = new Map([...before.keys()].map((name): [string, bigint] => [name, 0n]))
  const move = (name: string, amount: bigint) => due.set(name, (due.get(name) ?? 0n) + amount)
  for (const { award, toEncoder } of jobs) {
    move('creator', -toEncoder - fee)
    move(award.encoder, toEncoder)
    move(award.arbiter, fee)
  }
  const after = await market.balances()
  const changes = [...after].map(([name, amount]) => [name, amount - (before.get(name) ?? 0n)])
  expect(new Map(changes as [string, bigint][])).toEqual(due)
}

/** The tree that one encoder of the same class makes of the whole. */
async function rootOfOneEncoder(clip: string, of: SettledJob): Promise<string> {
  const engine = await createEncodingEngine(
    { tools },
    { directory: market.folder, signal: untroubled },
  )
  await using node = await openEncodingNode(engine, tools)
  const { cid } = await node.content.addFile(clip, { signal: untroubled })
  expect(cid).toBe(of.offer.source.cid)
  const { whole: _, ...offer } = of.offer
  const { range: __, ...grid } = offer.grid
  const alone = { ...offer, grid }
  const options = { signal: untroubled, onProgress: () => undefined }
  return (await node.processor.process(alone, of.creator, options)).root
}

test('is encoded by several at once, each paid for its own, and becomes the tree that one would have made', async () => {
  const clip = await makeFilm(0)
  const before = await market.balances()
  const { code, stderr, stdout } = await runCommand(wish(clip, '--json'))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told = stdout.split('\n').map((line) => JSON.parse(line) as JobEvent)
  const merged = told.at(-1) as Merged
  expect(merged).toMatchObject({ type: 'merged', ranges })
  expect(merged.encoders).toBeGreaterThan(1)

  const jobs = await settledJobs(merged.job)
  expect(expectEachRangePaid(jobs)).toHaveLength(ranges)
  await expectConserved(before, jobs)
  expect(await complaintsAbout(tools, `${market.url}/ipfs/${merged.root}/master.m3u8`)).toBe('')
  const first = jobs.find(({ offer }) => offer.grid.range?.first === 0)
  expect(merged.root).toBe(await rootOfOneEncoder(clip, first!))
})

test('survives its own node being killed while ranges are under way', async () => {
  const before = await market.balances()
  const whole = await post(await makeFilm(1))
  const killedAt = new Set<string>()
  const { merged } = await follow(whole, async ({ type }) => {
    if ((type !== 'range-progress' && type !== 'range-won') || killedAt.has(type)) return
    killedAt.add(type)
    await market.kill('creator')
    await market.start('creator')
  })
  expect(killedAt).toEqual(new Set(['range-progress', 'range-won']))
  const jobs = await settledJobs(whole)
  expectEachRangePaid(jobs)
  await expectConserved(before, jobs)
  expect(await complaintsAbout(tools, `${market.url}/ipfs/${merged.root}/master.m3u8`)).toBe('')
})

test('buys the range of an encoder that is gone for good again, and no other', async () => {
  const before = await market.balances()
  const whole = await post(await makeFilm(2))
  let lost: Extract<JobEvent, { type: 'range-progress' }> | null = null
  const { merged, told } = await follow(whole, async (event) => {
    if (event.type !== 'range-progress' || event.stage !== 'encoding' || lost) return
    lost = event
    await market.kill(event.encoder)
  })
  const again = told.filter((event) => event.type === 'range-offered')
  expect(again.map(({ first }) => first)).toEqual([lost!.first])
  expect(merged.ranges).toBe(ranges)
  const jobs = await settledJobs(whole)
  const paid = expectEachRangePaid(jobs)
  expect(paid.map(({ award }) => award.encoder)).not.toContain(lost!.encoder)
  expect(splitEncoders).toContain(lost!.encoder)
  const refunded = jobs.filter(({ toCreator }) => toCreator > 0n)
  expect(refunded.map(({ id }) => id)).toEqual([lost!.rangeJob])
  await expectConserved(before, jobs)
  expect(await complaintsAbout(tools, `${market.url}/ipfs/${merged.root}/master.m3u8`)).toBe('')
})
