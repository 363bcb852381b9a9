import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  historyOf,
  makeLongClip,
  startCreatorNode,
  submitForAgent,
  upload,
} from '#test/support/agent-scene.ts'
import type { Command } from '#test/support/command.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'

let indexer: TestIndexer
let token: string
let clip: string

beforeAll(async () => {
  const [started, made] = await Promise.all([anIndexer(), makeLongClip(34)])
  indexer = started
  await indexer.devchain.call('devchain_api.produce_blocks', { count: 25 })
  token = await indexer.signIn('alice')
  clip = made
}, 120_000)
afterAll(async () => await indexer[Symbol.asyncDispose]())

const jobOf = async (id: string) =>
  (await indexer.call('GET', `/api/encoding/jobs/${id}`)).body as {
    phase: string
    assignedEncoderId: string | null
    result: { outputCid: string; manifestPath: string; qualities: string[] } | null
  }

async function ended(command: Command, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
  process.kill(-command.pid, signal)
  return (await command.ended).stderr
}

test('a job goes to its owner’s desktop, survives a kill in the middle, and has one result that the indexer serves', async () => {
  const more = ['--indexer', indexer.url]
  const node = { rpc: indexer.devchain.url, data: await makeFolder(), more }
  const first = startCreatorNode('alice', node)
  const job = await submitForAgent(indexer, token, await upload(indexer, token, clip))
  const encodes = async () =>
    (await historyOf(indexer, job)).some(
      ({ type, fields }) => type === 'progress' && fields['stage'] === 'encoding',
    )
  await expect.poll(encodes, { timeout: 120_000, interval: 50 }).toBe(true)
  await ended(first, 'SIGKILL')
  expect(await jobOf(job)).toMatchObject({ phase: 'leased', result: null })

  const second = startCreatorNode('alice', node)
  await expect.poll(async () => (await jobOf(job)).phase, { timeout: 120_000 }).toBe('completed')
  const { result, assignedEncoderId } = await jobOf(job)
  expect(assignedEncoderId).toMatch(/^alice:/)
  expect(result?.qualities).toEqual(['360p'])
  const types = (await historyOf(indexer, job)).map(({ type }) => type)
  expect(types.filter((type) => type === 'completed')).toHaveLength(1)
  expect(types.at(-1)).toBe('completed')

  const tree = `/ipfs/${result?.outputCid}`
  const master = await indexer.call('GET', `${tree}/master.m3u8`)
  expect(master.body).toContain('360p/index.m3u8')
  const playlist = (await indexer.call('GET', `${tree}/360p/index.m3u8`)).body as string
  expect(playlist).toContain('#EXT-X-ENDLIST')
  const segments = playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(segments.length).toBeGreaterThan(7)
  for (const segment of segments) {
    const { status } = await indexer.call('GET', `${tree}/360p/${segment}`)
    expect(status).toBe(200)
  }
  await ended(second, 'SIGTERM')
})

test('a desktop that is stopped gives its job back at once', async () => {
  const more = ['--indexer', indexer.url]
  const node = startCreatorNode('bob', {
    rpc: indexer.devchain.url,
    data: await makeFolder(),
    more,
  })
  const bobs = await indexer.signIn('bob')
  const job = await submitForAgent(indexer, bobs, await upload(indexer, bobs, clip))
  await expect
    .poll(async () => (await jobOf(job)).phase, { timeout: 120_000, interval: 50 })
    .toBe('leased')
  await ended(node, 'SIGTERM')
  expect(await jobOf(job)).toMatchObject({ phase: 'queued', assignedEncoderId: null })
  const types = (await historyOf(indexer, job)).map(({ type }) => type)
  expect(types.at(-1)).toBe('released')
})
