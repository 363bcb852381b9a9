import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createJobEventStore } from '#market/adapters/sqlite/job-stores.ts'
import { MarketError } from '#market/errors.ts'
import { createJobCommand } from '#node/commands/job.ts'
import { createOffersCommand } from '#node/commands/offers.ts'
import { readControlToken, tellControlUrl } from '#node/control/control-files.ts'
import { createControlRouter } from '#node/control/control-server.ts'
import { openDataDirectory } from '#node/data-directory.ts'
import { startHttpServer } from '#node/http-server.ts'
import type { Consideration, JobBids, PostedJob, PostJob } from '#protocol/api/control.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { account, anOffer, bob, cid, hashHex, hbd, jobId, time } from '#test/support/builders.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent } from '#test/support/peers.ts'

/** The command, against the door of a node whose creator is this file. */

const stack = new AsyncDisposableStack()
const job = jobId('alice')
const posted: PostJob[] = []
const chosen: unknown[] = []
const failed: JobEvent = { type: 'failed', job, at: 1, code: 'no-bids', message: 'No bid.' }
const bids: JobBids = {
  ...{ job, phase: 'bidding', mode: 'ask', awarded: null, choiceUntil: time(1_767_225_600) },
  record: { offer: anOffer(), seals: [], bids: [], awarded: null },
  bids: [
    {
      ...{ bid: hashHex('best'), encoder: bob, price: hbd(42n), speed: 1_500, rank: 1 },
      ...{ readyBy: time(1_767_225_700), expires: time(1_767_225_650), excluded: null },
      score: { score: 300, low: 200, high: 400 },
      cost: {
        allInAll: hbd(63n),
        waitPercent: 5,
        classPercent: 25,
        historyPercent: 12,
        spreadPercent: 0,
        trust: 600,
      },
      why: '0.042 HBD, 5 % more for the time it takes',
    },
    {
      ...{
        bid: hashHex('late'),
        encoder: account('dave'),
        price: hbd(40n),
        speed: 500,
        rank: null,
      },
      ...{ readyBy: time(1_767_225_900), expires: time(1_767_225_650) },
      excluded: 'ready after the deadline',
      score: { score: 100, low: 0, high: 999 },
      cost: {
        allInAll: hbd(80n),
        waitPercent: 100,
        classPercent: 0,
        historyPercent: 12,
        spreadPercent: 0,
        trust: 500,
      },
      why: 'ready after the deadline',
    },
  ],
}
const paid: PostedJob = {
  ...{ job, phase: 'paid', postedAt: 1_767_225_600_000, ceiling: hbd(100n), failure: null },
  standIn: null,
  award: { encoder: bob, price: hbd(42n) },
}
const heard: Consideration[] = [
  {
    ...{ job, ceiling: hbd(100n), bidsUntil: time(1_767_225_600), price: hbd(45n) },
    reason: '0.045 HBD: 0.030 HBD by the price list and 50 % for the load',
  },
  {
    ...{ job: jobId('dave'), ceiling: hbd(5n), bidsUntil: time(1_767_225_600), price: null },
    reason: 'the ceiling is below the price',
  },
]
/** Failed as well, and the job stands in for it. */
const first = jobId('alice', 7)
const released: JobId[] = []
const disputed: unknown[] = []
let data: string

beforeAll(async () => {
  data = stack.use(await aDirectory()).path
  stack.use(openDataDirectory(data, { freeBytes: 0 }))
  const events = createJobEventStore(stack.use(openDatabase(':memory:')).database)
  events.append(failed)
  events.append({ type: 'stand-in-offered', job: first, at: 1, by: job, without: bob })
  events.append({ ...failed, job: first, code: 'encoder-failed', message: 'It was given back.' })
  const creator = {
    postJob: async (asked: PostJob) => {
      posted.push(asked)
      if (asked.path.endsWith('empty.mp4')) throw new MarketError('input-empty', 'It is empty.')
      return job
    },
    posted: () => [paid],
    bidsFor: () => bids,
    chooseBid: (...asked: readonly unknown[]) => void chosen.push(asked),
    allowRelease: (id: JobId) => {
      if (id !== job)
        throw new MarketError('escrow-refused', 'Nothing of the job waits to be released.')
      released.push(id)
    },
    dispute: (...asked: readonly unknown[]) => void disputed.push(asked),
  }
  const token = await readControlToken(data)
  const router = createControlRouter(
    {
      ...{ creator: () => creator, encoder: () => ({ considered: () => heard }), events },
      status: () => expect.unreachable('nobody asks for it'),
      peers: () => expect.unreachable('nobody asks for it'),
      signing: { awaited: () => [], accept: async () => undefined },
    },
    token,
  )
  const server = stack.use(await startHttpServer({ routers: [router], logger: silent }, 0))
  await tellControlUrl(data, server.url)
})
afterAll(async () => await stack.disposeAsync())
afterEach(() => {
  process.exitCode = 0
  vi.restoreAllMocks()
})

/** What the command prints, with its exit code; in the node's directory unless it says another. */
async function ask(...args: readonly string[]) {
  return await run(createJobCommand(), args)
}

async function run(command: ReturnType<typeof createJobCommand>, args: readonly string[]) {
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text)
      return true
    })
  await command.parseAsync(args.includes('--data') ? [...args] : [...args, '--data', data], {
    from: 'user',
  })
  vi.restoreAllMocks()
  return { ...printed, code: process.exitCode ?? 0 }
}

test('a video is posted as its owner says, and the job is the node’s from there', async () => {
  const wish = ['--ceiling', '0.100 HBD', '--codec', 'vp9', '--selection', 'ask', '--detach']
  expect(await ask('post', '/film.mp4', '--account', 'alice', ...wish)).toEqual({
    ...{ code: 0, stdout: `${job}\n`, stderr: '' },
  })
  expect(posted.at(-1)).toMatchObject({
    ...{ path: '/film.mp4', ceiling: 100n, codec: 'vp9', selection: 'ask' },
  })
})

test('a video is sold in as many ranges as its owner says, or as the encoders at hand are', async () => {
  for (const [said, split] of [
    ['3', 3],
    ['auto', 'auto'],
  ]) {
    const wish = ['--account', 'alice', '--split', String(said), '--detach']
    expect(await ask('post', '/film.mp4', ...wish)).toMatchObject({ code: 0 })
    expect(posted.at(-1)).toMatchObject({ path: '/film.mp4', split })
  }
})

test('a file that is no video is refused in words, and for programs', async () => {
  expect(await ask('post', '/empty.mp4', '--account', 'alice')).toEqual({
    ...{ code: 1, stdout: '', stderr: 'input-empty: It is empty.\n' },
  })
  const { stdout } = await ask('post', '/empty.mp4', '--account', 'alice', '--json')
  expect(JSON.parse(stdout)).toEqual({ error: { code: 'input-empty', message: 'It is empty.' } })
})

test('bids are told with what their ranks follow from', async () => {
  const { code, stdout } = await ask('bids', job)
  expect(code).toBe(0)
  expect(stdout).toMatch(/ 1 {2}@bob +0\.042 HBD +0\.063 HBD +1\.5x/)
  expect(stdout).toContain('0.042 HBD, 5 % more for the time it takes')
  expect(stdout).toMatch(/ - {2}@dave +0\.040 HBD/)
  expect(stdout).toContain('ready after the deadline')
  expect(stdout).toContain(`spk-encoder job award ${job} ENCODER`)
  expect(JSON.parse((await ask('bids', job, '--json')).stdout).bids).toHaveLength(2)
})

test("an encoder's owner is told what was bid and why, and why nothing was", async () => {
  const asked = ['--account', 'bob', '--data', data]
  const { code, stdout } = await run(createOffersCommand(), asked)
  expect(code).toBe(0)
  expect(stdout).toContain(`${job}  up to 0.100 HBD  bid  0.045 HBD: 0.030 HBD by the price list`)
  expect(stdout).toMatch(/no bid {2}the ceiling is below the price/)
  const json = (await run(createOffersCommand(), [...asked, '--json'])).stdout.trim().split('\n')
  expect(json.map((line) => JSON.parse(line).price)).toEqual(['0.045 HBD', null])
})

test('an award is of the bid that was seen, for what it asks', async () => {
  const { code, stdout } = await ask('award', job, 'bob', '--at-most', '0.042 HBD')
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${job} goes to @bob for 0.042 HBD.\n` })
  expect(chosen).toEqual([[job, hashHex('best')]])
})

test('good work is paid for at its owner’s word, and nothing else is', async () => {
  expect(await ask('release', job)).toEqual({
    ...{ code: 0, stdout: `${job} is paid for.\n`, stderr: '' },
  })
  const { stdout } = await ask('release', job, '--json')
  expect(JSON.parse(stdout)).toEqual({ job, released: true })
  expect(released).toEqual([job, job])
  const early = await ask('release', jobId('alice', 9))
  expect(early).toMatchObject({ code: 1, stderr: expect.stringMatching(/^escrow-refused: /) })
})

test('a dispute takes its reason along', async () => {
  const reason = 'From 0:12 on it is black.\nLook.'
  const { code, stdout } = await ask('dispute', job, '--reason', reason, '--evidence', cid('clip'))
  expect([code, disputed]).toEqual([0, [[job, { text: reason, evidence: cid('clip') }]]])
  expect(stdout).toContain(`The arbiter of ${job} is called`)
})

test('nothing is awarded to who asks more by now, or has not bid', async () => {
  chosen.length = 0
  const dear = await ask('award', job, 'bob', '--at-most', '0.041 HBD')
  expect(dear).toMatchObject({ code: 1, stderr: expect.stringMatching(/^bid-lost: .*0\.042 HBD/) })
  const absent = await ask('award', job, 'erin')
  expect(absent).toMatchObject({ code: 1, stderr: expect.stringMatching(/^bid-lost: .*not bid/) })
  expect(chosen).toEqual([])
})

test('jobs are listed with what became of them', async () => {
  const { stdout } = await ask('list', '--account', 'alice')
  expect(stdout).toContain(`${job}  2026-01-01 00:00:00 UTC  paid  @bob for 0.042 HBD`)
})

test('a job that is watched to a bad end ends the command with its reason', async () => {
  const { code, stdout, stderr } = await ask('watch', job)
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'no-bids: The job failed: No bid.\n' })
  expect(stdout).toContain(`Job ${job}`)
})

test('a job for which another stands in is followed into that one', async () => {
  const { code, stdout, stderr } = await ask('watch', first)
  expect(stdout).toContain(`${job} stands in for ${first}.`)
  expect(stdout).toContain(`Job ${job}`)
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'no-bids: The job failed: No bid.\n' })
})

test('where no node runs, the command says how one is started', async () => {
  await using other = await aDirectory()
  const asked = await ask('list', '--account', 'alice', '--data', other.path)
  expect(asked).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: `peer-unreachable: No node of @alice runs in ${other.path}; start it with spk-encoder node --role creator.\n`,
  })
})
