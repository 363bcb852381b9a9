import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { appendAudit, createAuditLog } from '#market/adapters/postgres/audit-log.ts'
import { verifyAudit } from '#market/services/verify-audit.ts'
import { sha256 } from '#node/sha256.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

const opened = await openTestDatabase()
afterAll(() => opened[Symbol.asyncDispose]())
const { database, pool } = opened
const log = createAuditLog(database, sha256)
const at = new Date(Date.UTC(2030, 0, 1, 0, 0, 0, 123))
const deed = (subject: string, details = {}) => ({
  ...{ actor: 'alice', action: 'job.cancelled', subject },
  details,
})

test('writers at once form one chain, and what is rolled back leaves no gap', async () => {
  await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) =>
      database.transaction(async (transaction) => {
        await appendAudit(transaction, deed(`job-${index}`), { at, sha256 })
        if (index % 4 === 0) throw new Error('rolled back')
      }),
    ),
  )
  expect(await verifyAudit(log.read(), { sha256 })).toMatchObject({ entries: 30, broken: null })
})

test('any text and any JSON reads back as it was hashed', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  const value = fc.dictionary(text, fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }))
  await fc.assert(
    fc.asyncProperty(text, value, async (subject, details) => {
      await log.append(deed(subject, details), at)
    }),
    { numRuns: 60, examples: [['\u0000 \ud800', { '\u0000': '\ud800', number: 1e21 }]] },
  )
  expect(await verifyAudit(log.read(), { sha256 })).toMatchObject({ broken: null })
})

test('the database refuses to change, remove or empty', async () => {
  for (const change of [
    "update audit_entries set actor = 'bob' where sequence = 2",
    'delete from audit_entries where sequence = 2',
    'truncate audit_entries',
  ])
    await expect(pool.query(change)).rejects.toThrow('append-only')
})

test('who gets around that is found by the first entry that was changed', async () => {
  const { entries } = await verifyAudit(log.read(), { sha256 })
  await pool.query('alter table audit_entries disable trigger all')
  await pool.query("update audit_entries set actor = 'bob' where sequence in (7, 9)")
  expect(await verifyAudit(log.read(), { sha256 })).toMatchObject({
    entries: 6,
    broken: { sequence: 7, flaw: 'content-changed' },
  })
  await pool.query("update audit_entries set actor = 'alice' where sequence in (7, 9)")
  await pool.query('alter table audit_entries enable trigger all')
  expect(await verifyAudit(log.read(), { sha256 })).toMatchObject({ entries, broken: null })
})

test('entries are listed newest first, by who did it and to what', async () => {
  await log.append({ ...deed('job-x'), actor: 'bob' }, at)
  await log.append({ ...deed('job-y'), actor: 'bob' }, at)
  const all = await log.list({ actor: 'bob', limit: 10 })
  expect(all.map(({ subject }) => subject)).toEqual(['job-y', 'job-x'])
  const [first] = all
  expect(await log.list({ actor: 'bob', before: first!.sequence, limit: 10 })).toEqual([all[1]])
  expect(await log.list({ subject: 'job-y', limit: 10 })).toEqual([first])
})
