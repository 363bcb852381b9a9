import { join } from 'node:path'
import { createAuditLog } from '#market/adapters/postgres/audit-log.ts'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import type { AuditEntry } from '#market/domain/audit-entry.ts'
import { MarketError } from '#market/errors.ts'
import type { AuditVerdict } from '#market/services/verify-audit.ts'
import { verifyAudit } from '#market/services/verify-audit.ts'
import { createAuditFile, exported, readAuditFile } from '../audit/audit-file.ts'
import { readEnvironment } from '../config.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts'
import { sha256 } from '../sha256.ts'
import type { AuditFlags } from './audit.ts'
import { createAuditView } from './audit-view.ts'
import { explain } from './explain.ts'

const exitCodes = { whole: 0, broken: 1, error: 2, interrupted } as const

/** Reads the log, tells whether it is whole, and ends the process. */
export async function runAuditVerify(flags: AuditFlags): Promise<void> {
  const lifetime = createLifetime()
  const view = createAuditView(process.stdout, { asJson: flags.json === true })
  try {
    const verdict = await verify(flags, lifetime.signal)
    view.finish(verdict)
    lifetime.end(verdict.broken ? exitCodes.broken : exitCodes.whole)
  } catch (error) {
    const { aborted } = lifetime.signal
    view.fail(explain(aborted ? lifetime.signal.reason : error))
    lifetime.end(aborted ? exitCodes.interrupted : exitCodes.error)
  }
}

async function verify(flags: AuditFlags, signal: AbortSignal): Promise<AuditVerdict> {
  await using stack = new AsyncDisposableStack()
  const log = await openLog(flags, stack, signal)
  const file = flags.export === undefined ? null : stack.use(await createAuditFile(flags.export))
  return await verifyAudit(untilAborted(file ? exported(log, file) : log, signal), {
    sha256,
    expected: flags.expect ?? null,
  })
}

/** The log that was named; what it needs is put away with the stack. */
async function openLog(
  { data, file }: AuditFlags,
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<AsyncIterable<readonly AuditEntry[]>> {
  if (data !== undefined && file !== undefined)
    throw new MarketError('option-invalid', 'Say --data or --file, not both.')
  if (file !== undefined) return readAuditFile(file)
  const url = data === undefined ? databaseUrl() : await embeddedUrl(data, stack, signal)
  const opened = stack.use(
    await openPostgres({ url, connections: 1, onIdleError: () => undefined }).catch(unreachable),
  )
  return createAuditLog(opened.database, sha256).read()
}

function unreachable(cause: unknown): never {
  throw new MarketError('data-unusable', 'The database cannot be opened.', {}, { cause })
}

function databaseUrl(): string {
  const url = readEnvironment().secrets.databaseUrl
  if (url !== undefined) return url
  throw new MarketError('option-invalid', 'Say --data or --file, or set DATABASE_URL.')
}

/** The server of an indexer that runs is visited; one of an indexer that does not is started for as long as this takes. */
async function embeddedUrl(
  data: string,
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<string> {
  const directory = join(data, 'postgres')
  const running = await findEmbeddedPostgres(directory)
  return running ?? stack.use(await startEmbeddedPostgres({ directory, signal })).url
}

async function* untilAborted<T>(pages: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const page of pages) {
    signal.throwIfAborted()
    yield page
  }
}
