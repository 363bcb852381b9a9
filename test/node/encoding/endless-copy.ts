import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { createCopyTrial } from '#node/encoding/copy-trial.ts'

/** A program that tries a copy until it is killed, and says where once the copy has its first bytes. Argument: the data directory. */
const [, , dataDirectory = ''] = process.argv
const tryCopy = createCopyTrial(async (_request, { directory }) => {
  await writeFile(path.join(directory, '180p-0.ts'), 'half a segment')
  process.stdout.write(`${directory}\n`)
  return await new Promise((resolve) => setTimeout(() => resolve([]), 600_000))
}, dataDirectory)

/** Never looked at: what is copied here is nothing. */
const request = { source: '', terms: {} } as unknown as EncodeRequest
await tryCopy(request, { signal: new AbortController().signal })
