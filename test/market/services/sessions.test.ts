import { randomBytes } from 'node:crypto'
import { cryptoUtils, PrivateKey } from '@hiveio/dhive'
import { expect, test } from 'vitest'
import type { SignInAnswer } from '#market/services/sessions.ts'
import { createSessions } from '#market/services/sessions.ts'
import { createPostingAuthority } from '#node/chain/posting-authority.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import { sha256 } from '#node/sha256.ts'
import { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { alice, bob, carol } from '#test/support/builders.ts'
import { memorySessionStore } from '#test/support/session-store.ts'

const start = Date.UTC(2026, 0, 1)
const minute = 60_000

/** Sessions on a clock that is set by hand; one posting key is enough for each account but Carol's, of whom nothing is. */
function setting({ domain = 'market.example', store = memorySessionStore() } = {}) {
  const clock = { time: start, now: () => clock.time }
  const isAuthorised = async (account: HiveAccount, role: string, keys: readonly string[]) =>
    role === 'posting' && account !== carol && keys.includes(devchainPublicKey(account, 'posting'))
  const authority = createPostingAuthority({ accounts: { isAuthorised } })
  const sessions = createSessions({ store, authority, clock, randomBytes, sha256 }, { domain })
  return { sessions, clock, store }
}

const signed = (text: string, key: PrivateKey): Signature =>
  Signature.parse(key.sign(cryptoUtils.sha256(text)).toString())

async function answered(
  { sessions }: Pick<ReturnType<typeof setting>, 'sessions'>,
  account = alice,
): Promise<SignInAnswer> {
  const { nonce, text } = await sessions.challenge(account)
  return { account, nonce, signature: signed(text, devchainKey(account, 'posting')) }
}

const refusal = {
  name: 'MarketError',
  code: 'unauthorized',
  message:
    'The challenge is unknown, used or expired, or this is no signature of it by the posting key of the account.',
  meta: {},
}

test('a challenge says in words what it is bound to', async () => {
  const { sessions } = setting()
  const { nonce, text, expiresAt } = await sessions.challenge(alice)
  expect(nonce).toMatch(/^[0-9a-f]{64}$/)
  expect(expiresAt).toEqual(new Date(start + 5 * minute))
  expect(text.split('\n')).toEqual([
    'Sign in to market.example as @alice',
    '',
    'Signing this proves that the account is yours. It moves no funds and writes nothing to the chain.',
    '',
    `Nonce: ${nonce}`,
    'Valid until: 2026-01-01T00:05:00.000Z',
  ])
  expect((await sessions.challenge(alice)).nonce).not.toBe(nonce)
})

test('a signed challenge is a session for an hour', async () => {
  const { sessions, clock } = setting()
  const answer = await answered({ sessions })
  clock.time += 5 * minute - 1
  const { token, account, expiresAt } = await sessions.signIn(answer)
  expect({ account, expiresAt }).toEqual({
    account: alice,
    expiresAt: new Date(clock.time + 60 * minute),
  })
  expect(await sessions.accountOf(`Bearer ${token}`)).toBe(alice)
  expect(await sessions.accountOf(`bearer ${token}`)).toBe(alice)
  clock.time += 60 * minute - 1
  expect(await sessions.accountOf(`Bearer ${token}`)).toBe(alice)
  clock.time += 1
  expect(await sessions.accountOf(`Bearer ${token}`)).toBeNull()
})

test('an answer is good once, also while it is given twice at a time', async () => {
  const { sessions } = setting()
  const answer = await answered({ sessions })
  const both = await Promise.allSettled([sessions.signIn(answer), sessions.signIn(answer)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(sessions.signIn(answer)).rejects.toMatchObject(refusal)
})

test('a wrong answer uses a challenge up', async () => {
  const { sessions } = setting()
  const answer = await answered({ sessions })
  const { signature } = await answered({ sessions })
  await expect(sessions.signIn({ ...answer, signature })).rejects.toMatchObject(refusal)
  await expect(sessions.signIn(answer)).rejects.toMatchObject(refusal)
})

test('an expired challenge is refused', async () => {
  const { sessions, clock } = setting()
  const answer = await answered({ sessions })
  clock.time += 5 * minute
  await expect(sessions.signIn(answer)).rejects.toMatchObject(refusal)
})

test.each<[string, (answer: SignInAnswer) => Partial<SignInAnswer>]>([
  ['of another account', () => ({ account: bob })],
  ['with a nonce that was never given', () => ({ nonce: 'f'.repeat(64) })],
  ['with a nonce that no database can hold', () => ({ nonce: '\0' })],
  ['with noise for a signature', () => ({ signature: Signature.parse('00'.repeat(65)) })],
])('an answer %s is refused in the same form', async (_, change) => {
  const { sessions } = setting()
  const answer = await answered({ sessions })
  const changed = { ...answer, ...change(answer) }
  await expect(sessions.signIn(changed)).rejects.toMatchObject(refusal)
})

test.each([
  ['active key', alice, devchainKey('alice', 'active')],
  ['owner key', alice, devchainKey('alice', 'owner')],
  ['key of nobody', alice, PrivateKey.fromSeed('nobody')],
  ["posting key of another account's", alice, devchainKey('bob', 'posting')],
  ['posting key that is not enough', carol, devchainKey('carol', 'posting')],
] as const)('an answer by the %s is refused in the same form', async (_, account, key) => {
  const { sessions } = setting()
  const { nonce, text } = await sessions.challenge(account)
  const answer = { account, nonce, signature: signed(text, key) }
  await expect(sessions.signIn(answer)).rejects.toMatchObject(refusal)
})

test('a challenge is answered by the account that it names, whoever else signs it', async () => {
  const { sessions } = setting()
  const { nonce, text } = await sessions.challenge(alice)
  const answer = { account: bob, nonce, signature: signed(text, devchainKey('bob', 'posting')) }
  await expect(sessions.signIn(answer)).rejects.toMatchObject(refusal)
})

test('a challenge of another domain is refused, though the store is shared', async () => {
  const here = setting()
  const there = setting({ domain: 'other.example', store: here.store })
  await expect(here.sessions.signIn(await answered(there))).rejects.toMatchObject(refusal)
  const { nonce, text } = await here.sessions.challenge(alice)
  const elsewhere = text.replace('market.example', 'other.example')
  const signature = signed(elsewhere, devchainKey('alice', 'posting'))
  const answer = { account: alice, nonce, signature }
  await expect(here.sessions.signIn(answer)).rejects.toMatchObject(refusal)
})

test('whoever signs out ends one session, and a revocation ends all of an account', async () => {
  const { sessions } = setting()
  const enter = async (account: HiveAccount) =>
    `Bearer ${(await sessions.signIn(await answered({ sessions }, account))).token}`
  const [one, two, three] = [await enter(alice), await enter(alice), await enter(alice)]
  const other = await enter(bob)
  await sessions.signOut(one)
  await sessions.signOut(one)
  expect(await Promise.all([one, two].map(sessions.accountOf))).toEqual([null, alice])
  expect(await sessions.revokeAll(alice)).toBe(2)
  expect(await Promise.all([two, three, other].map(sessions.accountOf))).toEqual([null, null, bob])
})

test('a header without a token of ours is nobody', async () => {
  const { sessions } = setting()
  const { token } = await sessions.signIn(await answered({ sessions }))
  const headers = ['', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer ${token}0`]
  for (const header of [...headers, `Bearer ${token}\n`, `Bearer ${'0'.repeat(64)}`, 'Bearer \0']) {
    expect(await sessions.accountOf(header)).toBeNull()
    await sessions.signOut(header)
  }
  expect(await sessions.accountOf(`Bearer ${token}`)).toBe(alice)
})

test('what has expired is forgotten', async () => {
  const { sessions, clock } = setting()
  await sessions.signIn(await answered({ sessions }))
  await sessions.challenge(alice)
  expect(await sessions.removeExpired()).toBe(0)
  clock.time += 5 * minute
  expect(await sessions.removeExpired()).toBe(1)
  clock.time += 55 * minute
  expect(await sessions.removeExpired()).toBe(1)
})
