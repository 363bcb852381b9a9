import { afterAll, describe, expect, test } from 'vitest'
import { createSessionStore } from '#market/adapters/postgres/session-store.ts'
import type { Challenge, SessionStore } from '#market/ports/session-store.ts'
import { alice, bob, hashHex } from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { memorySessionStore } from '#test/support/session-store.ts'

const at = (ms: number): Date => new Date(Date.UTC(2026, 0, 1) + ms)

const aChallenge = (fields: Partial<Challenge> = {}): Challenge => ({
  ...{ nonce: 'once', account: alice, text: 'Sign in\nas @alice', expiresAt: at(1_000) },
  ...fields,
})

let opened: ReturnType<typeof openTestDatabase> | undefined

afterAll(async () => {
  await (await opened)?.[Symbol.asyncDispose]()
})

/** The Postgres store with its tables emptied. */
async function emptyPostgresStore(): Promise<SessionStore> {
  opened ??= openTestDatabase()
  const { database, pool } = await opened
  await pool.query('truncate challenges, sessions')
  return createSessionStore(database)
}

describe.each([
  ['in memory', async () => memorySessionStore()],
  ['in Postgres', emptyPostgresStore],
] as const)('%s', (_, open) => {
  test('a challenge is taken as it was saved, and once', async () => {
    const store = await open()
    await store.saveChallenge(aChallenge())
    await store.saveChallenge(aChallenge({ nonce: 'other', account: bob }))
    expect(await store.takeChallenge('never', at(0))).toBeNull()
    expect(await store.takeChallenge('once', at(999))).toEqual(aChallenge())
    expect(await store.takeChallenge('once', at(999))).toBeNull()
    expect(await store.takeChallenge('other', at(0))).toMatchObject({ account: bob })
  })

  test('of twenty who take one challenge at a time, one gets it', async () => {
    const store = await open()
    await store.saveChallenge(aChallenge())
    const takers = Array.from({ length: 20 }, () => store.takeChallenge('once', at(0)))
    const taken = (await Promise.all(takers)).filter((challenge) => challenge !== null)
    expect(taken).toEqual([aChallenge()])
  })

  test('a challenge expires at its moment, and is not saved by a clock that goes back', async () => {
    const store = await open()
    await store.saveChallenge(aChallenge())
    expect(await store.takeChallenge('once', at(1_000))).toBeNull()
    expect(await store.takeChallenge('once', at(0))).toBeNull()
  })

  test('a session is found by the hash of its token until its moment', async () => {
    const store = await open()
    const session = { account: alice, expiresAt: at(1_000) }
    await store.saveSession(hashHex('token'), session)
    expect(await store.findSession(hashHex('token'), at(999))).toEqual(session)
    expect(await store.findSession(hashHex('token'), at(1_000))).toBeNull()
    expect(await store.findSession(hashHex('other token'), at(0))).toBeNull()
  })

  test('sessions are removed one by one, and all those of an account', async () => {
    const store = await open()
    const expiresAt = at(1_000)
    for (const name of ['one', 'two', 'three'])
      await store.saveSession(hashHex(name), { account: alice, expiresAt })
    await store.saveSession(hashHex('four'), { account: bob, expiresAt })
    await store.removeSession(hashHex('one'))
    await store.removeSession(hashHex('one'))
    expect(await store.findSession(hashHex('one'), at(0))).toBeNull()
    expect(await store.findSession(hashHex('two'), at(0))).not.toBeNull()
    expect(await store.removeSessionsOf(alice)).toBe(2)
    expect(await store.findSession(hashHex('two'), at(0))).toBeNull()
    expect(await store.findSession(hashHex('four'), at(0))).not.toBeNull()
  })

  test('what has expired is removed, and nothing else', async () => {
    const store = await open()
    for (const [name, ms] of Object.entries({ old: 500, ending: 1_000, young: 1_001 })) {
      await store.saveChallenge(aChallenge({ nonce: name, expiresAt: at(ms) }))
      await store.saveSession(hashHex(name), { account: alice, expiresAt: at(ms) })
    }
    expect(await store.removeExpired(at(1_000))).toBe(4)
    expect(await store.removeExpired(at(1_000))).toBe(0)
    expect(await store.findSession(hashHex('old'), at(0))).toBeNull()
    expect(await store.findSession(hashHex('young'), at(0))).not.toBeNull()
    expect(await store.takeChallenge('young', at(0))).not.toBeNull()
  })
})
