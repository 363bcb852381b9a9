import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { createAuditLog } from '#market/adapters/postgres/audit-log.ts'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { createLiveMarket } from '#market/adapters/postgres/live-market.ts'
import { createSessionStore } from '#market/adapters/postgres/session-store.ts'
import { createSettingsStore } from '#market/adapters/postgres/settings-store.ts'
import { deedOf } from '#market/domain/audit-entry.ts'
import { verifyAudit } from '#market/services/verify-audit.ts'
import { sha256 } from '#node/sha256.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { aBid, alice, bob } from '#test/support/builders.ts'
import { databaseChecksum } from '#test/support/database-checksum.ts'
import { anEncodingJob, granted } from '#test/support/encoding-jobs.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

const opened = await openTestDatabase()
afterAll(() => opened[Symbol.asyncDispose]())
const { database, pool } = opened
const checksum = () => databaseChecksum(async (text) => (await pool.query(text)).rows)
const log = createAuditLog(database, sha256)
const scheduler = createJobScheduler({ pool, random: () => 0 })
const settings = createSettingsStore(database)
const sessions = createSessionStore(database)
const live = createLiveMarket({ database, now: () => 0 })

await pool.query(`
  create function refuse_entry() returns trigger language plpgsql as $$ begin raise exception 'log is full'; end $$;
  create trigger full_log before insert on audit_entries for each row execute function refuse_entry();
  alter table audit_entries disable trigger full_log;
`)

const token = Sha256Hex.parse(randomBytes(32).toString('hex'))
const job = anEncodingJob()
const other = anEncodingJob()
const session = { account: alice, expiresAt: new Date(Date.UTC(2100, 0)) }

/** In this order: some need what those before have made. */
const deeds = [
  ['job.submitted', (deed) => scheduler.submit(job, deed)],
  ['job.cancelled', (deed) => scheduler.cancel(job.id, 'enough', deed)],
  ['settings.changed', (deed) => settings.change(alice, { budget: null }, deed)],
  ['session.begun', (deed) => sessions.saveSession(token, session, deed)],
  ['session.ended', (deed) => sessions.removeSession(token, deed)],
  ['bid.handed-in', (deed) => live.keepBid(aBid({ encoder: alice }), deed)],
] satisfies readonly (readonly [string, (deed: ReturnType<typeof deedOf>) => Promise<unknown>])[]

describe.each(deeds)('%s', (action, change) => {
  const deed = deedOf(alice, action, 'it')

  test('does not happen where it cannot be noted, and is noted once where it happens', async () => {
    const before = await checksum()
    await pool.query('alter table audit_entries enable trigger full_log')
    await expect(change(deed)).rejects.toThrow()
    await pool.query('alter table audit_entries disable trigger full_log')
    expect(await checksum()).toBe(before)
    await change(deed)
    expect(await checksum()).not.toBe(before)
    const [newest, older] = await log.list({ actor: alice, limit: 2 })
    expect(newest).toMatchObject(deed)
    expect(older?.action).not.toBe(action)
  })
})

test('what changes nothing is no deed', async () => {
  const { entries } = await verifyAudit(log.read(), { sha256 })
  granted(await scheduler.submit(other))
  const deed = deedOf(bob, 'nothing', 'it')
  granted(await scheduler.submit(other, deed))
  expect(await scheduler.submit({ ...other, owner: bob }, deed)).toMatchObject({ ok: false })
  granted(await scheduler.cancel(job.id, 'again', deed))
  await sessions.removeSession(token, deed)
  expect(await verifyAudit(log.read(), { sha256 })).toMatchObject({ entries, broken: null })
})

test('what is noted once stays noted once, however many note it at a time', async () => {
  const at = new Date(Date.UTC(2030, 0))
  const once = deedOf(bob, 'upload.ready', 'it')
  await Promise.all(Array.from({ length: 8 }, () => log.appendOnce(once, at)))
  await log.appendOnce({ ...once, subject: 'another' }, at)
  expect(await log.list({ actor: bob, limit: 10 })).toHaveLength(2)
})
