import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuditEntry } from '#market/domain/audit-entry.ts'
import { nextAuditEntry } from '#market/domain/audit-entry.ts'
import { verifyAudit } from '#market/services/verify-audit.ts'
import { sha256 } from '#node/sha256.ts'

const at = new Date(Date.UTC(2030, 0, 1))

function aLog(length: number): readonly AuditEntry[] {
  const entries: AuditEntry[] = []
  for (let index = 0; index < length; index += 1) {
    const deed = {
      actor: 'alice',
      action: 'job.cancelled',
      subject: `job-${index}`,
      details: { index },
    }
    entries.push(nextAuditEntry(entries.at(-1) ?? null, deed, { at, sha256 }))
  }
  return entries
}

async function* pagesOf(entries: readonly AuditEntry[]) {
  for (let index = 0; index < entries.length; index += 3) yield entries.slice(index, index + 3)
}

const log = aLog(8)
const tip = { sequence: 8, hash: log[7]!.hash }
const verify = (entries: readonly AuditEntry[], expected?: typeof tip) =>
  verifyAudit(pagesOf(entries), { sha256, ...(expected && { expected }) })

test('a log that is as it was written is sound up to its tip', async () => {
  expect(await verify(log)).toEqual({ entries: 8, tip, broken: null })
  expect(await verify(log, tip)).toEqual({ entries: 8, tip, broken: null })
  expect(await verify([])).toEqual({ entries: 0, tip: null, broken: null })
})

test('whatever is changed in an entry is found in that entry', async () => {
  const changes: readonly Partial<AuditEntry>[] = [
    { actor: 'bob' },
    { action: 'job.completed' },
    { subject: 'job-0x' },
    { details: {} },
    { at: new Date(at.getTime() + 1) },
    { hash: '1'.repeat(64) },
  ]
  await fc.assert(
    fc.asyncProperty(fc.nat(7), fc.constantFrom(...changes), async (index, change) => {
      const forged = log.map((entry, place) => (place === index ? { ...entry, ...change } : entry))
      expect(await verify(forged)).toMatchObject({
        entries: index,
        broken: { sequence: index + 1, flaw: 'content-changed' },
      })
    }),
    { numRuns: 60 },
  )
})

test('an entry that is left out, and one that is put in, break the chain', async () => {
  expect((await verify(log.toSpliced(3, 1))).broken).toEqual({
    ...{ sequence: 5, flaw: 'entry-missing' },
  })
  const { actor, action, subject, details } = log[3]!
  const other = nextAuditEntry(
    log[2]!,
    { actor, action, subject, details: { ...details, other: 1 } },
    { at, sha256 },
  )
  expect((await verify(log.with(3, other))).broken).toEqual({ sequence: 5, flaw: 'chain-broken' })
})

test('a cut end, and a log that was written anew, are found by a tip noted before', async () => {
  expect((await verify(log.slice(0, 6))).broken).toBeNull()
  expect((await verify(log.slice(0, 6), tip)).broken).toEqual({ sequence: 7, flaw: 'end-missing' })
  const anew = aLog(8).map((_, index) => index)
  const entries: AuditEntry[] = []
  for (const index of anew) {
    const deed = { actor: 'mallory', action: 'none', subject: `job-${index}`, details: {} }
    entries.push(nextAuditEntry(entries.at(-1) ?? null, deed, { at, sha256 }))
  }
  expect((await verify(entries)).broken).toBeNull()
  expect((await verify(entries, tip)).broken).toEqual({ sequence: 8, flaw: 'chain-broken' })
})
