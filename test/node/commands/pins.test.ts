import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createPinsCommand } from '#node/commands/pins.ts'
import { readControlToken, tellControlUrl } from '#node/control/control-files.ts'
import { createPinsRouter } from '#node/control/pins-router.ts'
import { openDataDirectory } from '#node/data-directory.ts'
import { startHttpServer } from '#node/http-server.ts'
import type { Collected, TreeCheck, TreeRepair } from '#protocol/api/pins.ts'
import { account, alice, cid, jobId } from '#test/support/builders.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent } from '#test/support/peers.ts'

/** The command, against the door of a node whose pins are this file's. */

const stack = new AsyncDisposableStack()
const job = jobId('alice')
const root = cid('tree')
const gateway = account('gate-one')
const sampled: number[] = []
let check: TreeCheck
let repair: TreeRepair
let collected: Collected
let data: string

beforeAll(async () => {
  data = stack.use(await aDirectory()).path
  stack.use(openDataDirectory(data, { freeBytes: 0 }))
  const groups = [
    { owner: 'cache', ids: 9, bytes: 1_000, missing: 0 },
    { owner: job, ids: 2, bytes: 3_000_000, missing: 1 },
    { owner: `replica:${job}`, ids: 1, bytes: 10, missing: 0, until: 1_782_777_600_000 },
  ]
  const banned = [{ provider: '12D3KooWliar', cid: 'bafkrei', until: 1_767_225_600_000 }]
  const care = {
    list: async () => ({ groups, banned }),
    verify: async (samples: number) => {
      sampled.push(samples)
      return [check]
    },
    repair: async () => [repair],
    collect: async () => collected,
  }
  const router = createPinsRouter(care, await readControlToken(data))
  const server = stack.use(await startHttpServer({ routers: [router], logger: silent }, 0))
  await tellControlUrl(data, server.url)
})
afterAll(() => stack.disposeAsync())
afterEach(() => {
  process.exitCode = 0
})

/** What the command prints, and its exit code. */
async function ask(...args: readonly string[]) {
  let stdout = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text)
    return true
  })
  const all = [...args, '--account', 'alice', '--data', data]
  await createPinsCommand().parseAsync(all, { from: 'user' })
  vi.restoreAllMocks()
  return { stdout, code: process.exitCode ?? 0 }
}

test('what is kept is listed by size, and who is banned below it', async () => {
  const { stdout, code } = await ask('list')
  expect(code).toBe(0)
  expect(stdout).toBe(
    `${job}  3.0 MB below 2 ids, 1 of them missing\n` +
      'cache  1.0 kB below 9 ids\n' +
      `replica:${job}  10 B below 1 ids, until 2026-06-30\n` +
      'banned until 2026-01-01T00:00:00.000Z: 12D3KooWliar\n',
  )
  const lines = (await ask('list', '--json')).stdout.trim().split('\n')
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { owner: job },
    { owner: 'cache' },
    { owner: `replica:${job}` },
    { banned: { provider: '12D3KooWliar' } },
  ])
})

test('a faulty replica is told, and is an exit code', async () => {
  const sound = { looked: 5, faulty: 0 }
  check = { job, root, own: sound, replicas: [{ gateway, ...sound }] }
  expect(await ask('verify', '--samples', '5')).toEqual({
    code: 0,
    stdout: `${job}  here 5 of 5 sound, @gate-one 5 of 5 sound\n`,
  })
  check = { ...check, replicas: [{ gateway, looked: 5, faulty: 2 }] }
  expect(await ask('verify')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('@gate-one 3 of 5 sound'),
  })
  expect(sampled).toEqual([5, 20])
})

test('a tree that is mended is told with who keeps it, one that is still lacking is an exit code', async () => {
  repair = { job, root, state: 'repaired', replicas: { wanted: 2, kept: [alice, gateway] } }
  expect(await ask('repair')).toEqual({
    code: 0,
    stdout: `${job}  repaired, kept by 2 of 2 peers\n`,
  })
  repair = { job, root, state: 'lacking', replicas: null }
  expect((await ask('repair', '--json')).code).toBe(1)
})

test('garbage that cannot be told from what is kept stays, and is an exit code', async () => {
  collected = { removed: 12, unknown: [] }
  expect(await ask('gc')).toEqual({ code: 0, stdout: '12 blocks removed.\n' })
  collected = { removed: 0, unknown: ['bafybei'] }
  expect(await ask('gc')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('run pins repair'),
  })
})
