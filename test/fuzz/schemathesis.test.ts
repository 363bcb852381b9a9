import { beforeAll, expect, test } from 'vitest'
import { makeFolder } from '../support/ffmpeg.ts'
import type { TestIndexer } from '../support/indexer.ts'
import { anIndexer } from '../support/indexer.ts'
import { installSchemathesis, runSchemathesis } from '../support/schemathesis.ts'

const timeout = 1_800_000
const plenty = { requests: 10_000_000, seconds: 60 }
const examples = 40
/** Its answer goes on for as long as somebody listens, which the tester takes for a hang. */
const endless = ['getEvents']

let program: string
let indexer: TestIndexer
beforeAll(async () => {
  program = await installSchemathesis()
  indexer = await anIndexer({ rateLimits: { address: plenty, account: plenty, costly: plenty } })
  await indexer.devchain.call('devchain_api.produce_blocks', { count: 25 })
  return () => indexer[Symbol.asyncDispose]()
}, timeout)

test.each([1, 2])(
  'nobody finds an answer that the API does not describe, by seed %i',
  { timeout },
  async (seed) => {
    const asked = { url: indexer.url, token: null, examples, seed, without: endless }
    const { code, report } = await runSchemathesis(program, asked, await makeFolder())
    expect(code, report).toBe(0)
  },
)

test.each([1, 2])(
  'an account finds no answer that the API does not describe, by seed %i',
  { timeout },
  async (seed) => {
    const token = await indexer.signIn('alice')
    // Signing out would leave the rest without an account.
    const asked = {
      url: indexer.url,
      token,
      examples,
      seed,
      without: [...endless, 'deleteSessions'],
    }
    const { code, report } = await runSchemathesis(program, asked, await makeFolder())
    expect(code, report).toBe(0)
  },
)
