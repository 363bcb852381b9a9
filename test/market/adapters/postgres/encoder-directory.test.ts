import { expect, test } from 'vitest'
import { createEncoderDirectory } from '#market/adapters/postgres/encoder-directory.ts'
import { createSettingsStore } from '#market/adapters/postgres/settings-store.ts'
import type { EncoderRegistration } from '#market/ports/encoder-directory.ts'
import { defaultSettings } from '#market/ports/settings-store.ts'
import { milliHbd } from '#protocol/amount.ts'
import { alice, bob } from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

const anEncoder = (fields: Partial<EncoderRegistration> = {}): EncoderRegistration => ({
  ...{ id: 'desk', owner: alice, kind: 'agent', name: 'My desk', peer: null, version: '1.0.0' },
  ...{ hwAccel: 'nvenc', slots: 2, perMinute: { '720p': '0.010 HBD' } },
  capabilities: [
    { codec: 'h264', maxResolution: '2160p', hwAccel: 'nvenc', estimatedSpeed: 4.5 },
    { codec: 'av1', maxResolution: '1080p', hwAccel: 'none', estimatedSpeed: null },
  ],
  ...fields,
})

test('a registration replaces the one before, and only its owner may', async () => {
  await using opened = await openTestDatabase()
  const directory = createEncoderDirectory(opened.database)
  expect(await directory.register(anEncoder())).toMatchObject({ id: 'desk', jobsInProgress: 0 })
  const [first] = anEncoder().capabilities
  const changed = anEncoder({ name: 'New desk', capabilities: first ? [first] : [] })
  await directory.register(changed)
  expect(await directory.register(anEncoder({ owner: bob }))).toBe('not-owner')
  expect(await directory.find('desk')).toMatchObject(changed)
  expect((await directory.find('desk'))?.capabilities).toEqual([first])
})

test('who is silent is left out until its next word', async () => {
  await using opened = await openTestDatabase()
  const directory = createEncoderDirectory(opened.database)
  await directory.register(anEncoder())
  await opened.pool.query("update encoder_nodes set last_seen_at = now() - interval '1 hour'")
  expect((await directory.listAlive({ limit: 10 })).encoders).toEqual([])
  expect(await directory.heartbeat('desk', bob, 1)).toBe('not-owner')
  expect(await directory.heartbeat('desktop', alice, 1)).toBe('not-found')
  expect(await directory.heartbeat('desk', alice, 1)).toMatchObject({ jobsInProgress: 1 })
  expect((await directory.listAlive({ limit: 10 })).encoders).toHaveLength(1)
})

test('encoders are found by owner, kind, codec and chip, a page at a time', async () => {
  await using opened = await openTestDatabase()
  const directory = createEncoderDirectory(opened.database)
  await directory.register(anEncoder())
  const plain = { owner: bob, kind: 'community', hwAccel: 'none', capabilities: [] } as const
  for (let index = 0; index < 5; index += 1)
    await directory.register(anEncoder({ ...plain, id: `bob-${index}` }))
  await opened.pool.query("update encoder_nodes set last_seen_at = date_trunc('second', now())")
  const ids = async (query: object) =>
    (await directory.listAlive({ limit: 10, ...query })).encoders.map(({ id }) => id)
  for (const query of [{ owner: alice }, { kind: 'agent' }, { codec: 'av1' }, { hwAccel: 'nvenc' }])
    expect(await ids(query)).toEqual(['desk'])
  expect(await ids({ owner: bob, codec: 'h264' })).toEqual([])
  const first = await directory.listAlive({ limit: 4 })
  const rest = await directory.listAlive({ limit: 4, ...(first.next && { after: first.next }) })
  const all = [...first.encoders, ...rest.encoders].map(({ id }) => id)
  expect([all.length, new Set(all).size, rest.next]).toEqual([6, 6, null])
})

test('settings are the usual ones until they are changed, one by one', async () => {
  await using opened = await openTestDatabase()
  const settings = createSettingsStore(opened.database)
  expect(await settings.find(alice)).toEqual(defaultSettings)
  await Promise.all([
    settings.change(alice, { tiers: ['community'], budget: milliHbd(250n) }),
    settings.change(alice, { arbiters: [bob] }),
  ])
  await settings.change(alice, { budget: null, awardLimit: milliHbd(9n) })
  expect(await settings.find(alice)).toEqual({
    ...defaultSettings,
    ...{ tiers: ['community'], arbiters: [bob], awardLimit: milliHbd(9n) },
  })
  expect(await settings.find(bob)).toEqual(defaultSettings)
})
