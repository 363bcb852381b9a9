import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { alice, bob } from '#test/support/builders.ts'
import { databaseChecksum } from '#test/support/database-checksum.ts'
import { faultOf, fuzzRequests } from '#test/support/fuzz-api.ts'
import { anIndexer } from '#test/support/indexer.ts'
import { belongingsOf, setScene } from '#test/support/indexer-scene.ts'
import { startTestIndexer } from '#test/support/indexer-server.ts'

const plenty = { requests: 10_000_000, seconds: 60 }
const timeout = 3_000_000
const requests = inject('fuzzRequests')

test('no request breaks the server or is left without an answer', { timeout }, async () => {
  await using indexer = await anIndexer({
    rateLimits: { address: plenty, account: plenty, costly: plenty },
  })
  const token = `Bearer ${await indexer.signIn('alice')}`
  const authorizations = fc.constantFrom(null, token, `Bearer ${'f'.repeat(64)}`, 'Basic YTpi', '')
  let sent = 0
  await fc.assert(
    fc.asyncProperty(fuzzRequests(), authorizations, async (request, authorization) => {
      // Signing out would leave the rest of the requests without an account.
      if (request.method === 'DELETE' && request.path.startsWith('/api/encoding/sessions')) return
      expect(await faultOf(indexer.url, request, authorization)).toBeNull()
      sent += 1
    }),
    { numRuns: requests, endOnFailure: true },
  )
  expect(sent).toBeGreaterThan(requests * 0.8)
  expect((await indexer.call('GET', '/health')).status).toBe(200)
  const settings = await indexer.call('GET', '/api/encoding/settings/alice', {
    token: token.slice(7),
  })
  expect(settings.status).toBe(200)
})

/** Requests between two looks at all tables. */
const batch = 25

test('nobody changes anything without a right to', { timeout }, async () => {
  await using indexer = await startTestIndexer()
  const scene = await setScene(indexer)
  const strangers = fc.constantFrom('nobody', 'nobody', 'guess', 'bob')
  const batches = fc.array(fc.tuple(fuzzRequests(scene), strangers), {
    ...{ minLength: batch, maxLength: batch },
  })
  const authorizationOf = {
    nobody: null,
    guess: `Bearer ${'f'.repeat(64)}`,
    bob: `Bearer ${indexer.tokenOf(bob)}`,
  }
  // Anyone may ask for a text to sign, and is counted for it.
  const anyones = ['challenges', 'rate_limits']
  const send = async (
    all: readonly (readonly [Parameters<typeof faultOf>[1], keyof typeof authorizationOf])[],
  ) => {
    for (const [request, who] of all)
      expect(await faultOf(indexer.url, request, authorizationOf[who])).toBeNull()
  }
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const before = await databaseChecksum(indexer.query, anyones)
      await send(all.filter(([, who]) => who !== 'bob'))
      expect(await databaseChecksum(indexer.query, anyones)).toBe(before)
      const hers = await belongingsOf(indexer, alice)
      await send(all.filter(([, who]) => who === 'bob'))
      expect(await belongingsOf(indexer, alice)).toBe(hers)
    }),
    { numRuns: Math.ceil(requests / 3 / batch), endOnFailure: true },
  )
  expect(indexer.bugs).toEqual([])
})

declare module 'vitest' {
  interface ProvidedContext {
    fuzzRequests: number
  }
}
