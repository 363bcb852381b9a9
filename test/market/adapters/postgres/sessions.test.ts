import { randomBytes } from 'node:crypto'
import { cryptoUtils } from '@hiveio/dhive'
import { expect, test } from 'vitest'
import { createSessionStore } from '#market/adapters/postgres/session-store.ts'
import { createSessions } from '#market/services/sessions.ts'
import { createAccounts } from '#node/chain/accounts.ts'
import { createPostingAuthority } from '#node/chain/posting-authority.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { sha256 } from '#node/sha256.ts'
import { Signature } from '#protocol/envelope.ts'
import { alice, bob } from '#test/support/builders.ts'
import { aChainNode } from '#test/support/chain-node.ts'
import { aDevchain } from '#test/support/devchain.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>

/** Every row of every table as text. */
async function textOf({ pool }: Opened): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
  )
  const texts = tables.map(async ({ name }) => {
    const { rows } = await pool.query<{ text: string }>(`select r::text as text from ${name} r`)
    return rows.map(({ text }) => text).join('\n')
  })
  return (await Promise.all(texts)).join('\n')
}

test('an account of the chain signs in, is known by its token alone, and the database never holds one', async () => {
  await using chain = await aDevchain()
  chain.produceBlocks(1)
  await using node = aChainNode({ urls: [chain.url] })
  await using opened = await openTestDatabase()
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  const accounts = createAccounts({ rpc: node.rpc, now: clock.now }, { ttlMs: 1_000, limit: 10 })
  const authority = createPostingAuthority({ accounts })
  const store = createSessionStore(opened.database)
  const deps = { store, authority, clock, randomBytes, sha256 }
  const sessions = createSessions(deps, { domain: 'market.example' })
  const answer = async (name: string) => {
    const { nonce, text } = await sessions.challenge(alice)
    const signature = devchainKey(name, 'posting').sign(cryptoUtils.sha256(text)).toString()
    return { account: alice, nonce, signature: Signature.parse(signature) }
  }

  await expect(sessions.signIn(await answer('bob'))).rejects.toMatchObject({ code: 'unauthorized' })
  const given = await answer('alice')
  const tries = Array.from({ length: 20 }, () => sessions.signIn(given))
  const settled = await Promise.allSettled(tries)
  const [entered, ...others] = settled.filter((result) => result.status === 'fulfilled')
  expect(others).toEqual([])
  const token = entered?.value.token ?? ''
  expect(await sessions.accountOf(`Bearer ${token}`)).toBe(alice)

  const text = await textOf(opened)
  expect(text).toContain(cryptoUtils.sha256(token).toString('hex'))
  expect(text).not.toContain(token)
  expect(text).not.toContain(Buffer.from(token).toString('hex'))

  expect(await sessions.revokeAll(bob)).toBe(0)
  expect(await sessions.revokeAll(alice)).toBe(1)
  expect(await sessions.accountOf(`Bearer ${token}`)).toBeNull()
})
