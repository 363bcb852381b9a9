import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { AuditEntry } from '#market/domain/audit-entry.ts'
import type { MarketErrorCode } from '#market/errors.ts'
import { MarketError } from '#market/errors.ts'
import { Sha256Hex } from '#protocol/ids.ts'

/** An entry as a line of JSON. */
const Line = z.strictObject({
  sequence: z.int().positive(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  previousHash: Sha256Hex,
  hash: Sha256Hex,
})

/** Makes the file, readable by its owner only. Rejects with `option-invalid` where there is one. */
export async function createAuditFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    throw failure(
      'option-invalid',
      `The export cannot be written to ${path}; is there a file already?`,
      error,
    )
  }
}

/** Passes a log on, and writes what has passed. */
export async function* exported(
  log: AsyncIterable<readonly AuditEntry[]>,
  file: FileHandle,
): AsyncGenerator<readonly AuditEntry[]> {
  for await (const page of log) {
    const lines = page.map(
      (entry) => `${JSON.stringify({ ...entry, at: entry.at.toISOString() })}\n`,
    )
    await file.writeFile(lines.join(''))
    yield page
  }
}

/** The log in an export. Throws `input-unreadable`, naming the line, for what is none. */
export async function* readAuditFile(path: string): AsyncGenerator<readonly AuditEntry[]> {
  let number = 0
  const stream = createReadStream(path)
  try {
    for await (const line of createInterface({ input: stream })) {
      number += 1
      yield [Line.parse(JSON.parse(line))]
    }
  } catch (error) {
    const what = number === 0 ? `${path} cannot be read` : `Line ${number} of ${path} is no entry`
    throw failure('input-unreadable', `${what}.`, error)
  } finally {
    stream.destroy()
  }
}

function failure(code: MarketErrorCode, message: string, cause: unknown): MarketError {
  return new MarketError(code, message, {}, { cause })
}
