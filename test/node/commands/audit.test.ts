import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuditLog } from '#market/adapters/postgres/audit-log.ts'
import type { OpenedPostgres } from '#market/adapters/postgres/database.ts'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import type { EmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { sha256 } from '#node/sha256.ts'
import { runCommand } from '#test/support/command.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

let data: string
let server: EmbeddedPostgres
let opened: OpenedPostgres
const at = new Date(Date.UTC(2030, 0, 1))

beforeAll(async () => {
  data = await makeFolder()
  server = await startEmbeddedPostgres({ directory: join(data, 'postgres') })
  opened = await openPostgres({ url: server.url, onIdleError: () => undefined })
  const log = createAuditLog(opened.database, sha256)
  for (let index = 0; index < 5; index += 1)
    await log.append(
      { actor: 'alice', action: 'job.cancelled', subject: `job-${index}`, details: { index } },
      at,
    )
}, 60_000)
// The last test has closed the database by itself.
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

const verify = (...flags: readonly string[]) => runCommand(['audit', 'verify', ...flags])
const verdictOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).result

describe('spk-encoder audit verify', { timeout: 60_000 }, () => {
  let tip: string
  let file: string

  test('tells of a whole log on a running indexer, and leaves that running', async () => {
    const end = await verify('--data', data, '--json')
    expect(end.code).toBe(0)
    expect(verdictOf(end)).toMatchObject({ entries: 5, broken: null, tip: { sequence: 5 } })
    expect(await findEmbeddedPostgres(join(data, 'postgres'))).toBe(server.url)
    const { sequence, hash } = verdictOf(end).tip
    tip = `${sequence}:${hash}`
  })

  test('reads the database that the environment names, and exports what it reads', async () => {
    file = join(await makeFolder(), 'audit.jsonl')
    const end = await runCommand(['audit', 'verify', '--expect', tip, '--export', file], {
      DATABASE_URL: server.url,
    })
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining(tip) })
    expect(end.stdout).toContain('whole: 5 entries are sound')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const again = await verify('--file', file, '--expect', tip, '--json')
    expect(again.code).toBe(0)
    expect(verdictOf(again)).toMatchObject({ entries: 5, broken: null })
    expect(await verify('--file', file, '--export', file)).toMatchObject({ code: 2 })
  })

  test('names the first broken entry of an export, and a cut end', async () => {
    const lines = (await readFile(file, 'utf8')).split('\n')
    const forged = `${file}.forged`
    await writeFile(forged, lines.join('\n').replace('"index":3', '"index":33'))
    const changed = await verify('--file', forged)
    expect(changed.code).toBe(1)
    expect(changed.stdout).toContain('broken: Entry 4 is not what was written.')
    await writeFile(forged, `${lines.slice(0, 3).join('\n')}\n`)
    const cut = await verify('--file', forged, '--expect', tip, '--json')
    expect(cut.code).toBe(1)
    expect(verdictOf(cut).broken).toEqual({ sequence: 4, flaw: 'end-missing' })
  })

  test('finds what somebody changed behind the back of the database', async () => {
    await opened.pool.query('alter table audit_entries disable trigger all')
    await opened.pool.query("update audit_entries set actor = 'bob' where sequence = 3")
    const end = await verify('--data', data, '--json')
    expect(end.code).toBe(1)
    expect(verdictOf(end)).toMatchObject({
      entries: 2,
      broken: { sequence: 3, flaw: 'content-changed' },
    })
  })

  test('reads the log of an indexer that is not running', async () => {
    await opened[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    expect((await verify('--data', data)).code).toBe(1)
    expect(await findEmbeddedPostgres(join(data, 'postgres'))).toBeNull()
  })

  test('says what is wrong where there is nothing to read', async () => {
    const mistakes = [[], ['--data', 'x', '--file', 'y'], ['--data', '/proc'], ['--file', '/none']]
    const ends = await Promise.all(mistakes.map((flags) => verify(...flags, '--json')))
    expect(ends.map(({ code }) => code)).toEqual([2, 2, 2, 2])
    expect(ends.map(({ stdout }) => JSON.parse(stdout).error.code)).toEqual([
      'option-invalid',
      'option-invalid',
      'data-unusable',
      'input-unreadable',
    ])
  })
})
