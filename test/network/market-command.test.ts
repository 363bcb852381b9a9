import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createControlClient } from '#node/control/control-client.ts'
import { controlUrlFile, tokenFile } from '#node/control/control-files.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { JobId } from '#protocol/ids.ts'
import { JobReport } from '#protocol/job-report.ts'
import { hashHex } from '../support/builders.ts'
import type { Command, CommandEnd } from '../support/command.ts'
import {
  processesNaming,
  processTree,
  runCommand,
  startCommand,
  survivors,
} from '../support/command.ts'
import { makeFolder, openTools, untroubled } from '../support/ffmpeg.ts'
import { makeTinyClip } from '../support/tiny-clip.ts'

/** `npm start`, as its users meet it: real processes, a real chain, a tiny video. */

const watched = ['market', '--interval', '0.25']
const fast = [...watched, '--no-indexer']

let folder: string
let clip: string

beforeAll(async () => {
  folder = await makeFolder()
  clip = join(folder, 'clip.mp4')
  await makeTinyClip(clip)
})

/** Starts a market that does not outlive its test, whatever becomes of that: the next one may want its folder. */
function aMarket(...asked: Parameters<typeof startCommand>): Command {
  const market = startCommand(...asked)
  onTestFinished(async () => {
    if (market.process.exitCode === null) market.process.kill('SIGTERM')
    await market.ended
  })
  return market
}

const Market = z.object({
  outcome: z.object({
    overheadBlocks: z.number(),
    player: z.string(),
    balances: z.array(z.object({ account: z.string(), before: z.string(), after: z.string() })),
  }),
})

/** The report exactly as it is promised: these keys, in these forms, and none besides. */
const PromisedReport = z.strictObject({
  job: z.string().regex(/^creator:[0-9a-f]{16}$/),
  source: z.string().startsWith('baf'),
  root: z.string().startsWith('baf'),
  renditions: z
    .array(
      z.strictObject({
        name: z.string(),
        width: z.int(),
        height: z.int(),
        segments: z.int(),
        bytes: z.int(),
      }),
    )
    .min(1),
  price: z.string().regex(/^\d+\.\d{3} HBD$/),
  paid: z.string().regex(/^\d+\.\d{3} HBD$/),
  encoder: z.enum(['swift-encoder', 'thrifty-encoder']),
  arbiter: z.literal('arbiter'),
  verdict: z.literal('pass'),
  blocks: z.strictObject({
    offer: z.int(),
    award: z.int(),
    deliver: z.int(),
    release: z.int(),
  }),
  seconds: z.strictObject({
    total: z.number(),
    fetch: z.number(),
    encode: z.number(),
    verify: z.number(),
  }),
})

function expectPaid({ code, stdout, stderr }: CommandEnd): JobReport {
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const lines = stdout.split('\n').map((line): unknown => JSON.parse(line))
  const report = PromisedReport.parse(lines.at(-1))
  expect(report.paid).toBe(report.price)
  const { outcome } = Market.parse(lines.at(-2))
  const { total, fetch, encode, verify } = report.seconds
  expect(outcome.overheadBlocks).toBeCloseTo((total - fetch - encode - verify) / 0.25, 9)
  expect(outcome.player).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ipfs\//)
  const { offer, award, deliver, release } = report.blocks
  expect([offer, award, deliver, release].toSorted((left, right) => left - right)).toEqual([
    ...[offer, award, deliver, release],
  ])
  return JobReport.parse(lines.at(-1))
}

test('two markets that share the usual folder each carry their job and leave nothing behind', async () => {
  const environment = { SPK_DATA: join(folder, 'usual') }
  const command = [...fast, '--once', '--json', '--input', clip]
  const markets = [aMarket(command, environment), aMarket(command, environment)]
  const trees = await Promise.all(
    markets.map(async (market) => {
      await market.line((line) => line.includes('"type":"award-signed"'))
      return await processTree(market.pid)
    }),
  )
  for (const tree of trees) expect(tree.length).toBeGreaterThanOrEqual(6)
  const ends = await Promise.all(markets.map(({ ended }) => ended))
  const [first, second] = ends.map(expectPaid)
  expect(first?.root).toBe(second?.root)
  expect(await survivors(trees.flat())).toEqual([])
  for (const name of ['market', 'market-2'])
    expect(
      await readFile(join(folder, 'usual', name, 'devchain', 'genesis.json'), 'utf8'),
    ).toContain('creator')
})

test('a bad input is told in one sentence with a code, by exit 1 on standard error', async () => {
  const text = join(folder, 'text.mp4')
  await writeFile(text, 'This is no video at all.\n'.repeat(400))
  const data = join(folder, 'bad')
  const { code, stdout, stderr } = await runCommand([
    ...[...fast, '--once', '--data', data, '--input', text],
  ])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^input-unreadable: [A-Z][^\n]*\.\n$/)
  expect(stdout).not.toContain('\u001b')
})

test('a path that cannot be meant is told before anything starts', async () => {
  const data = join(folder, 'never')
  const playlist = join(folder, 'list.mp4')
  await writeFile(playlist, '#EXTM3U\nhttp://127.0.0.1:1/secret.ts\n')
  const messageFor = async (input: string): Promise<string> => {
    const { code, stdout, stderr } = await runCommand([
      ...[...fast, '--data', data, '--input', input],
    ])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    return stderr
  }
  const nowhere = join(folder, 'nowhere.mp4')
  expect(await messageFor(nowhere)).toBe('input-missing: There is no such file.\n')
  expect(await messageFor(folder)).toBe('input-missing: There is no such file, only a folder.\n')
  expect(await messageFor(playlist)).toMatch(/^input-playlist: [^\n]*\.\n$/)
  const json = await runCommand([...fast, '--json', '--data', data, '--input', nowhere])
  expect(json).toEqual({
    code: 1,
    stdout: '{"error":{"code":"input-missing","message":"There is no such file."}}',
    stderr: '',
  })
})

/** A market whose encoder is in the middle of encoding, with all of its processes at that moment. */
async function startBusyMarket(name: string) {
  const input = join(folder, 'long.mp4')
  const tools = await openTools()
  const size = { width: 854, height: 480, rate: '24', seconds: 24 }
  await makeSampleClip(tools, input, { signal: untroubled, ...size })
  const data = join(folder, name)
  const market = aMarket([...watched, '--once', '--json', '--data', data, '--input', input])
  await market.line((line) => line.includes('"stage":"encoding"'))
  const tree = await processTree(market.pid)
  expect(tree.filter(({ command }) => command.includes('ffmpeg'))).not.toEqual([])
  return { market, tree, data }
}

test('Ctrl-C stops a market that is encoding, with all that it started', async () => {
  const { market, tree, data } = await startBusyMarket('interrupted')
  // A terminal sends it to every process of the group.
  process.kill(-market.pid, 'SIGINT')
  const { code, stdout } = await market.ended
  expect(code).toBe(130)
  expect(stdout).not.toContain('"error"')
  expect(await survivors(tree)).toEqual([])
  expect(await processesNaming(data)).toEqual([])
})

async function expectNobodySurvives(
  market: Command,
  tree: Awaited<ReturnType<typeof processTree>>,
  data: string,
) {
  process.kill(market.pid, 'SIGKILL')
  await market.ended
  const patient = { timeout: 60_000, interval: 200 }
  await expect.poll(() => survivors(tree), patient).toEqual([])
  await expect.poll(() => processesNaming(data), patient).toEqual([])
}

test('processes whose supervisor was killed end by themselves', async () => {
  const { market, tree, data } = await startBusyMarket('killed')
  const second = await runCommand([...fast, '--data', data, '--input', clip])
  expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/^data-locked: /) })
  await expectNobodySurvives(market, tree, data)
})

test('a supervisor that is killed while its processes are loading leaves none behind', async () => {
  const data = join(folder, 'loading')
  const market = aMarket([...fast, '--once', '--json', '--data', data, '--input', clip])
  await market.line((line) => line.includes('"type":"started","name":"arbiter"'))
  await expectNobodySurvives(market, await processTree(market.pid), data)
})

test('a paid market stays up, plays and shows what it made, and goes when it is told to', async () => {
  const data = join(folder, 'interrupted')
  const market = aMarket([...watched, '--data', data, '--input', clip])
  const [job = ''] = /creator:\w+/.exec(await market.line((line) => line.startsWith('Paid '))) ?? []
  const address = (await market.line((line) => line.startsWith('  play  '))).slice(8)
  await market.line((line) => line.startsWith('The market stays up'))
  await expectPlayable(address)
  await expectPlayable(new URL(`/jobs/${job}/master.m3u8`, address).href)
  const said = await market.line((line) => line.startsWith("The market's API is at http"))
  await expectShown(new URL(`/api/encoding/market/jobs/${job}`, said.slice(23)).href)
  await expectChosenAndPaid(join(data, 'creator'))
  const tree = await processTree(market.pid)
  market.process.kill('SIGTERM')
  const { code, stdout, stderr } = await market.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await survivors(tree)).toEqual([])
  expect(await processesNaming(data)).toEqual([])
  expect(stdout).not.toContain('\u001b')
  for (const step of ['publish', 'offer', 'bids', 'award', 'accept', 'encode', 'deliver', 'verify'])
    expect(stdout).toMatch(new RegExp(`✓ ${step} `))
  expect(stdout).toMatch(/Paid \d+\.\d{3} HBD to @\S+ for job creator:/)
})

/** A second job of the same creator, by the command line, whose bid its owner chooses. */
async function expectChosenAndPaid(data: string): Promise<void> {
  const command = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(['job', ...args, '--data', data])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  const wish = ['--account', 'creator', '--selection', 'manual', '--detach']
  const job = JobId.parse(await command('post', clip, ...wish))
  // At this pace of blocks bids are firm for some seconds, which are too few to start programs in.
  const url = (await readFile(join(data, controlUrlFile), 'utf8')).trim()
  const control = await createControlClient(url, join(data, tokenFile))
  const best = async () => {
    const { phase, bids } = await control.bidsFor(job)
    return phase === 'bidding' ? bids.find(({ rank }) => rank === 1) : undefined
  }
  await expect.poll(best, { timeout: 60_000, interval: 50 }).toBeDefined()
  const { bid = hashHex('none'), encoder = '' } = (await best()) ?? {}
  await control.chooseBid(job, bid)
  expect(await command('watch', job)).toMatch(new RegExp(`Paid \\d\\.\\d{3} HBD to @${encoder}`))
  const list = await command('list', '--account', 'creator')
  expect(list).toMatch(new RegExp(`${job} .* paid +@${encoder} `))
  expect(await command('bids', job)).toMatch(new RegExp(`✓ +@${encoder}`))
  const gone = await runCommand(['job', 'award', job, encoder, '--data', data])
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringMatching(/^job-ended: /) })
}

/** The indexer reads the chain in its own time. */
async function expectShown(address: string): Promise<void> {
  const shown = async (): Promise<unknown> => (await fetch(address)).json()
  const settled = { phase: 'settled', creator: 'creator', root: expect.any(String) }
  await expect.poll(shown, { timeout: 30_000 }).toMatchObject(settled)
}

/** A player's requests: the master, a variant of it, and a piece from the middle of a segment. */
async function expectPlayable(address: string): Promise<void> {
  const listed = async (playlist: string): Promise<string> => {
    const response = await fetch(playlist)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/vnd\.apple\.mpegurl/)
    const [entry] = (await response.text()).split('\n').filter((line) => /^[^#]/.test(line))
    return new URL(entry!, playlist).href
  }
  const segment = await listed(await listed(address))
  const whole = await fetch(segment)
  expect(whole.headers.get('content-type')).toBe('video/mp2t')
  const bytes = Buffer.from(await whole.arrayBuffer())
  const piece = await fetch(segment, { headers: { range: 'bytes=188-375' } })
  expect(piece.status).toBe(206)
  expect(piece.headers.get('content-range')).toBe(`bytes 188-375/${bytes.length}`)
  expect(Buffer.from(await piece.arrayBuffer())).toEqual(bytes.subarray(188, 376))
}
