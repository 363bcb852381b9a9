import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { faultOf, fuzzRequests } from '#test/support/fuzz-api.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'

const plenty = { requests: 10_000_000, seconds: 60 }
let indexer: TestIndexer
let alice: string

beforeAll(async () => {
  indexer = await anIndexer({ rateLimits: { address: plenty, account: plenty, costly: plenty } })
  alice = await indexer.signIn('alice')
}, 60_000)
afterAll(async () => await indexer[Symbol.asyncDispose]())

test('no request breaks the server, and none without a right changes anything', {
  timeout: 1_200_000,
}, async () => {
  const requests = inject('fuzzRequests')
  await fc.assert(
    fc.asyncProperty(fuzzRequests(), async (request) => {
      // Signing out would leave the rest of the requests without an account.
      if (request.method === 'DELETE' && request.path.startsWith('/api/encoding/sessions')) return
      expect(await faultOf(indexer, request, alice)).toBeNull()
    }),
    { numRuns: requests, endOnFailure: true },
  )
  const jobs = await indexer.call('GET', '/api/encoding/jobs?limit=100')
  for (const job of (jobs.body as { jobs: { owner: string }[] }).jobs)
    expect(job.owner).toBe('alice')
  const encoders = await indexer.call('GET', '/api/encoding/encoders?limit=100')
  for (const encoder of (encoders.body as { encoders: { owner: string }[] }).encoders)
    expect(encoder.owner).toBe('alice')
  expect((await indexer.call('GET', '/health')).status).toBe(200)
})

declare module 'vitest' {
  interface ProvidedContext {
    fuzzRequests: number
  }
}
