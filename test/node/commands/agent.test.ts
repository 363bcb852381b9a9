import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgentCommand } from '#node/commands/agent.ts'
import { tokenFile } from '#node/control/control-files.ts'
import { openDataDirectory } from '#node/data-directory.ts'
import type { TestAgent } from '#test/support/agent.ts'
import { anAgent, ownerToken, pageOrigin } from '#test/support/agent.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

let data: string
let agent: TestAgent
let lock: Disposable

beforeAll(async () => {
  data = await makeFolder()
  agent = await anAgent({ options: { data } })
  await writeFile(join(data, tokenFile), `${ownerToken}\n`)
  lock = openDataDirectory(data, { freeBytes: 0 })
})
afterAll(async () => {
  lock?.[Symbol.dispose]()
  await agent?.[Symbol.asyncDispose]()
})
afterEach(() => {
  process.exitCode = 0
  vi.restoreAllMocks()
})

/** What the command prints, with its exit code. */
async function run(...args: readonly string[]) {
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text)
      return true
    })
  await createAgentCommand().parseAsync([...args, '--account', 'alice'], { from: 'user' })
  vi.restoreAllMocks()
  return { ...printed, code: process.exitCode ?? 0 }
}
const ask = (...args: readonly string[]) => run(...args, '--data', data)

test('status tells what the agent does, for people and for programs', async () => {
  const told = await ask('status')
  expect(told).toMatchObject({ code: 0, stdout: expect.stringMatching(/^@alice: /) })
  const { stdout } = await ask('status', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ account: 'alice', isPaused: false, work: null })
})

test('pause and resume are told and done', async () => {
  expect((await ask('pause')).stdout).toBe('Paused: it takes no further jobs.\n')
  expect(JSON.parse((await ask('status', '--json')).stdout)).toMatchObject({ isPaused: true })
  expect((await ask('resume')).stdout).toBe('It takes jobs again.\n')
  expect(JSON.parse((await ask('status', '--json')).stdout)).toMatchObject({ isPaused: false })
})

test('a page is let in or kept out by the code that it shows', async () => {
  const pairing = async () =>
    (await agent.ask('POST', '/pairing', { origin: pageOrigin })).json as {
      readonly code: string
      readonly ticket: string
    }
  const answerTo = async (ticket: string) =>
    (await agent.ask('POST', '/pairing/answer', { origin: pageOrigin, body: { ticket } })).json
  const welcome = await pairing()
  expect((await ask('status')).stdout).toContain(`${pageOrigin} asks to be paired: ${welcome.code}`)
  expect((await ask('pair', welcome.code)).stdout).toBe(`${pageOrigin} is let in.\n`)
  expect(await answerTo(welcome.ticket)).toHaveProperty('token')
  const unwelcome = await pairing()
  expect((await ask('refuse', unwelcome.code)).stdout).toBe(`${pageOrigin} stays outside.\n`)
  expect(await answerTo(unwelcome.ticket)).not.toHaveProperty('token')
  expect(await ask('pair', welcome.code)).toMatchObject({ code: 1, stdout: '' })
})

test('open prints an address of the agent’s own page, with a key in it', async () => {
  const { stdout } = await ask('open')
  const address = stdout.trim()
  expect(address.startsWith(`${agent.url}/`)).toBe(true)
  expect(address.slice(agent.url.length)).toMatch(/^\/#key=\S{20,}$/)
})

test('a file goes into the own queue, by its name unless another is given', async () => {
  const file = join(data, 'holiday.mp4')
  await writeFile(file, 'a video')
  const { stdout } = await ask('add', file, '--quality', '480p')
  expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/)
  const view = async () => (await agent.ask('GET', '/owner/status', { token: ownerToken })).text
  await expect.poll(view).toContain('"permlink":"holiday.mp4"')
  const missing = await ask('add', join(data, 'nothing-here.mp4'))
  expect(missing).toMatchObject({ code: 1, stdout: '' })
})

test('no token goes to an address that no running node has', async () => {
  lock[Symbol.dispose]()
  const alone = await ask('status')
  lock = openDataDirectory(data, { freeBytes: 0 })
  expect(alone).toMatchObject({ code: 1, stdout: '' })
  expect(alone.stderr).toContain('peer-unreachable: No desktop agent runs in')
  const empty = await run('status', '--data', await makeFolder())
  expect(empty.stderr).toContain('No desktop agent runs in')
  expect(await readFile(join(data, tokenFile), 'utf8')).toContain(ownerToken)
})
