import { beforeAll, expect, test } from 'vitest'
import { alice } from '#test/support/builders.ts'
import { aCid } from '#test/support/encoding-jobs.ts'
import type { Scene } from '#test/support/indexer-scene.ts'
import { setScene } from '#test/support/indexer-scene.ts'
import type { TestIndexer } from '#test/support/indexer-server.ts'
import { startTestIndexer } from '#test/support/indexer-server.ts'

let indexer: TestIndexer
let scene: Scene
beforeAll(async () => {
  indexer = await startTestIndexer()
  scene = await setScene(indexer)
  return () => indexer[Symbol.asyncDispose]()
}, 60_000)

const least = Number.MIN_VALUE
const speedy = { codec: 'h264', maxResolution: '1080p', hwAccel: 'none', estimatedSpeed: least }

test.each([
  ['/api/encoding/jobs', { permlink: 'a-video', inputCid: aCid, durationSeconds: least }],
  ['/api/encoding/encoders/register', { id: 'a-desk', kind: 'agent', capabilities: [speedy] }],
])('%s refuses a number that no column has room for', async (path, body) => {
  const { status, text } = await indexer.ask('POST', path, { caller: alice, body })
  expect({ status, text }).toMatchObject({ status: 400 })
  expect(indexer.bugs).toEqual([])
})

test.each([
  ['a NUL', 'a\u0000b'],
  ['half a surrogate pair', 'a\ud800b'],
])('a text with %s is refused wherever one is taken', async (_, text) => {
  const { job: jobId, encoder: encoderId, fencingToken } = scene.held
  const lease = { jobId, encoderId, fencingToken }
  const result = { outputCid: aCid, processingTimeSec: 1, outputSizeBytes: 1 }
  const bodies = [
    ['jobs', { permlink: text, inputCid: aCid }],
    ['encoders/register', { id: 'a-desk', kind: 'agent', name: text }],
    ['encoders/register', { id: 'a-desk', kind: 'agent', version: text }],
    ['encoders/register', { id: 'a-desk', kind: 'agent', perMinute: { [text]: '0.001 HBD' } }],
    ['agent/progress', { ...lease, stage: 'encoding', progress: 1, details: text }],
    ['agent/release', { ...lease, reason: text }],
    ['agent/fail', { ...lease, error: text, retryable: true }],
    ['agent/complete', { ...lease, ...result, manifestPath: text, qualities: ['480p'] }],
    ['agent/complete', { ...lease, ...result, manifestPath: 'm', qualities: [text] }],
  ] as const
  for (const [path, body] of bodies) {
    const answer = await indexer.ask('POST', `/api/encoding/${path}`, { caller: alice, body })
    expect([path, answer.status]).toEqual([path, 400])
  }
  expect(indexer.bugs).toEqual([])
})

test('a NUL in a query is refused', async () => {
  expect((await indexer.ask('GET', '/api/encoding/jobs?encoder=a%00b')).status).toBe(400)
})
