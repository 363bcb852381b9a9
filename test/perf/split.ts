import { fork } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { planRanges } from '#market/domain/range-plan.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { gridSeconds, partCount } from '#protocol/grid.ts'
import { Cid } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { formatOperation } from '#protocol/operation.ts'
import { bob, jobId } from '#test/support/builders.ts'
import { aRendition, filmClip, requestFor } from '#test/support/clip.ts'
import type { EncodingNode } from '#test/support/encoding-node.ts'
import { openEncodingNode } from '#test/support/encoding-node.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import type { SplitEncoder, SplitWork } from '#test/support/processes/split-main.ts'
import { createRandom } from '#test/support/world/random.ts'
import { limitProcessor } from './cpu-share.ts'
import { recordSection } from './record-section.ts'
import type { Assumptions, Mishap } from './split-simulation.ts'
import { simulateSplit } from './split-simulation.ts'

/**
 * A minute and a half of film in ranges of parts by 1, 2 and 4 encoders, each a process with one worker and the same share of a processor,
 * in turns; and by up to 32 in a simulation that draws from the parts' measured times. The goal is 0.85 N for two encoders.
 *
 *   npm run bench:split -- [--rounds 3] [--percent 45] [--record]
 *
 * Blocks lie in one folder: what is measured is encoding and putting together, not transport, which has a benchmark of its own. Every
 * merged tree is held to that of one encoder. Needs Linux and the right to make control groups.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    percent: { type: 'string', default: '45' },
    record: { type: 'boolean', default: false },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const counts = [1, 2, 4]

type Bench = {
  readonly node: EncodingNode
  readonly offer: JobOffer
  readonly terms: EncodeRequest['terms']
  readonly engine: EncodingEngine
  readonly place: Omit<SplitEncoder, 'offer'>
}

type Tools = Awaited<ReturnType<typeof openTools>>

type Measured = { readonly seconds: number; readonly mergeSeconds: number }

/** One encoder for each range, all begun at the same moment; until the tree of the whole is there. */
async function measure(
  bench: Bench,
  encoders: number,
  round: number,
): Promise<Measured & { root: string }> {
  const offers = offersFor(bench, encoders, round)
  await using stack = new AsyncDisposableStack()
  const ready = await Promise.all(offers.map((offer) => openEncoder(stack, bench, offer)))
  const started = performance.now()
  const work = await Promise.all(ready.map((encoder) => encoder.work()))
  const encoded = performance.now()
  const [only] = work
  if (!only) throw new Error('nobody worked')
  const { node, offer, terms, engine } = bench
  const trees = work.map(({ root, manifest }) => ({
    ...{ root: Cid.parse(root), manifest: Cid.parse(manifest), encoder: bob },
  }))
  const whole = { id: offer.job, terms, class: engine.class.cid }
  const { root } =
    encoders === 1 ? only : await node.merger.merge(whole, trees, { signal: untroubled })
  const seconds = (performance.now() - started) / 1_000
  return { seconds, mergeSeconds: (performance.now() - encoded) / 1_000, root }
}

function offersFor({ offer }: Bench, encoders: number, round: number): readonly JobOffer[] {
  const { audioStream: _, ...silent } = offer.source
  const ranges = planRanges(partCount(offer.grid), encoders)
  const named = (place: number) => jobId('alice', 1_000 * round + 100 * encoders + place)
  if (ranges.length === 1) return [{ ...offer, job: named(0) }]
  return ranges.map((range, place) => ({
    ...{ ...offer, job: named(place), whole: offer.job },
    source: range.first === 0 ? offer.source : silent,
    grid: { ...offer.grid, range },
  }))
}

async function openEncoder(
  stack: AsyncDisposableStack,
  { place }: Bench,
  offer: JobOffer,
): Promise<{ readonly work: () => Promise<SplitWork> }> {
  const main = new URL('../support/processes/split-main.ts', import.meta.url)
  const encoder: SplitEncoder = { ...place, offer: formatOperation(offer) }
  const child = fork(main, [JSON.stringify(encoder)])
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const told = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', (code) => reject(new Error(`an encoder ended with code ${code}`)))
    })
  stack.use(await limitProcessor(child.pid ?? 0, Number(values.percent)))
  stack.defer(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await told()
  return {
    work: async () => {
      const made = told()
      child.send('go')
      return (await made) as SplitWork
    },
  }
}

/** Seconds of each part by itself, on this machine as it is. */
async function partTimes({ engine, terms }: Bench, source: string): Promise<readonly number[]> {
  const times: number[] = []
  for (let part = 0; part < partCount(terms.grid); part += 1) {
    const started = performance.now()
    const directory = await makeFolder()
    await engine.encodeCell(
      { source, terms },
      { part, renditions: terms.ladder },
      { directory, signal: untroubled },
    )
    times.push((performance.now() - started) / 1_000)
  }
  return times
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

async function openBench(folder: string): Promise<Bench & { readonly clip: string }> {
  const tools = await openTools()
  const place = { engine: path.join(folder, 'engine'), blocks: path.join(folder, 'blocks') }
  for (const directory of Object.values(place)) await mkdir(directory)
  const engine = await createEncodingEngine(
    { tools },
    { directory: place.engine, signal: untroubled, workers: 1 },
  )
  const clip = path.join(folder, 'clip.mp4')
  await makeClip(tools, clip)
  const ladder = [aRendition({ name: '480p', width: 854, height: 480, kbps: 1_000 })]
  // Parts of seven and a half seconds: twelve, and the same one never at the same place of two ranges.
  const request = await requestFor(engine, clip, { ladder, segmentFrames: 90 })
  const node = await openEncodingNode(engine, tools, (content) => content, place.blocks)
  const offer = await node.offer(request)
  const first = await shortJob(node, engine, tools, folder)
  const terms = { ...request.terms, source: offer.source }
  return { node, offer, terms, engine, place: { ...place, first }, clip }
}

/** What each encoder does before it is measured. */
async function shortJob(
  node: EncodingNode,
  engine: EncodingEngine,
  tools: Tools,
  folder: string,
): Promise<string> {
  const clip = path.join(folder, 'short.mp4')
  await makeSampleClip(tools, clip, { width: 160, height: 90, seconds: 8, signal: untroubled })
  const offer = await node.offer(await requestFor(engine, clip, { ladder: [aRendition()] }))
  return formatOperation({ ...offer, job: jobId('alice', 1) })
}

const clipSeconds = 90

/**
 * Long enough that what each job takes besides its parts, a second or two, is as little of it as of a film; and never longer than its
 * twelve parts, because a thirteenth of a few pictures would be a part to the planner.
 */
async function makeClip(tools: Tools, file: string): Promise<void> {
  const film = await filmClip()
  if (film)
    await ffmpeg(
      ...([tools, '-stream_loop', '2', '-i', film, '-t', String(clipSeconds - 0.2)] as const),
      ...['-c', 'copy', file],
    )
  else
    await makeSampleClip(tools, file, {
      ...{ width: 854, height: 480, seconds: clipSeconds, signal: untroubled },
    })
}

/** Speed-up in the median of many simulated films. */
function simulated(assumptions: Assumptions, encoders: number, mishap: Mishap): number {
  const random = createRandom(encoders)
  const runs = Array.from({ length: 500 }, () => {
    const alone = simulateSplit(assumptions, 1, 'none', random)
    return alone / simulateSplit(assumptions, encoders, mishap, random)
  })
  return median(runs)
}

async function main(): Promise<void> {
  const bench = await openBench(await makeFolder())
  await using _node = bench.node
  const measured = new Map<number, Measured[]>(counts.map((count) => [count, []]))
  const load: number[] = []
  let wanted: string | null = null
  for (let round = 1; round <= Number(values.rounds); round += 1)
    for (const encoders of counts) {
      const found = await measure(bench, encoders, round)
      wanted ??= found.root
      if (found.root !== wanted)
        throw new Error(`${encoders} encoders made ${found.root}, not ${wanted}`)
      measured.get(encoders)?.push(found)
      load.push(loadavg()[0] ?? 0)
      say(
        `${encoders} at work: ${found.seconds.toFixed(1)} s, put together in ${found.mergeSeconds.toFixed(2)} s`,
      )
    }
  const ratios = counts.slice(1).map((count) => {
    const pairs =
      measured
        .get(count)
        ?.map(({ seconds }, round) => (measured.get(1)?.[round]?.seconds ?? 0) / seconds) ?? []
    return { count, ratio: median(pairs) }
  })
  const partSeconds = await partTimes(bench, bench.clip)
  const scale = 16 / (gridSeconds(bench.terms.grid) / partSeconds.length)
  const assumptions: Assumptions = {
    partSeconds: partSeconds.map((seconds) => seconds * scale),
    ...{ parts: 450, spreadPercent: 15, startSeconds: 30, endSeconds: 60 },
    mergeSeconds: 10 * median((measured.get(4) ?? []).map(({ mergeSeconds }) => mergeSeconds)),
  }
  const films = [2, 4, 8, 16, 32].map((count) => {
    const [well, ill] = (['none', 'one stalls'] as const).map((mishap) =>
      simulated(assumptions, count, mishap),
    )
    return `${count} encoders: ${well?.toFixed(1)} times the speed of one (${((well ?? 0) / count).toFixed(2)} N); ${ill?.toFixed(1)} where one of them stalls half-way`
  })
  const lines = [
    ...counts.map((count) => {
      const runs = measured.get(count) ?? []
      return `${count} encoder${count === 1 ? '' : 's'}: ${median(runs.map(({ seconds }) => seconds)).toFixed(1)} s, the tree put together in ${median(runs.map(({ mergeSeconds }) => mergeSeconds)).toFixed(2)} s of it`
    }),
    ...ratios.map(
      ({ count, ratio }) =>
        `${count} to one: ${ratio.toFixed(2)} times the speed, ${(ratio / count).toFixed(2)} N (median of ${values.rounds} rounds)`,
    ),
    'every merged tree had the id of the tree that one encoder made',
    `simulated, a film of two hours in 450 parts, each drawn from ${partSeconds.length} measured ones (${Math.min(...assumptions.partSeconds).toFixed(1)} to ${Math.max(...assumptions.partSeconds).toFixed(1)} s); machines within 15 % of each other, 30 s from offer to work, 60 s from work to payment, putting together ten times as long as here, one range an encoder:`,
    ...films,
  ]
  for (const line of lines) say(line)
  await recordSection({
    name: 'split',
    title: 'One video over several encoders',
    how: `by \`npm run bench:split\`; ${clipSeconds} s of 854x480 in twelve parts, each encoder one worker with ${values.percent} % of a processor; programs that could run besides: ${median(load).toFixed(0)}.`,
    lines,
  })
}

await main()
