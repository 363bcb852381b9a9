import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UploadStatus } from '#protocol/api/uploads.ts'
import { HiveAccount, UploadId } from '#protocol/ids.ts'

/** What tus keeps beside the bytes of an upload, as far as it is needed here. */
const Kept = z.object({
  id: UploadId,
  size: z.int().nonnegative(),
  metadata: z.object({ owner: HiveAccount }),
})

/** An upload whose bytes are still coming, or have come and are not dealt with. */
export type OpenUpload = {
  readonly id: UploadId
  readonly owner: HiveAccount
  readonly bytes: number
  readonly received: number
  readonly path: string
  /** When bytes came last, in milliseconds since 1970. */
  readonly touchedAt: number
}

export type Outcome = Extract<UploadStatus, { phase: 'ready' | 'refused' }>

const Outcome = UploadStatus.refine(({ phase }) => phase === 'ready' || phase === 'refused')

/**
 * Uploads on the disk: tus' own files in `files`, and in `outcomes` what became of those that are dealt with.
 * An outcome is written whole or not at all; bytes go only after it.
 */
export type UploadRecords = {
  readonly files: string
  find(id: UploadId): Promise<OpenUpload | null>
  outcome(id: UploadId): Promise<Outcome | null>
  open(): Promise<readonly OpenUpload[]>
  outcomes(): Promise<readonly Outcome[]>
  decide(outcome: Outcome): Promise<void>
  /** Removes bytes and outcome. */
  forget(id: UploadId): Promise<void>
}

export async function openUploadRecords(directory: string): Promise<UploadRecords> {
  const files = join(directory, 'files')
  const decided = join(directory, 'outcomes')
  await Promise.all([files, decided].map((each) => mkdir(each, { recursive: true, mode: 0o700 })))
  const outcomePath = (id: UploadId): string => join(decided, `${id}.json`)

  const find = async (id: UploadId): Promise<OpenUpload | null> => {
    const path = join(files, id)
    const kept = Kept.safeParse(await readJson(`${path}.json`))
    const found = await stat(path).catch(() => null)
    if (!kept.success || !found) return null
    const { owner } = kept.data.metadata
    const { size: received, mtimeMs: touchedAt } = found
    return { id, owner, path, bytes: kept.data.size, received, touchedAt }
  }
  const outcome = async (id: UploadId): Promise<Outcome | null> => {
    const read = Outcome.safeParse(await readJson(outcomePath(id)))
    return read.success ? (read.data as Outcome) : null
  }
  const removeBytes = async (id: UploadId): Promise<void> => {
    // The record last: an upload of which only bytes are left would be nobody's.
    await rm(join(files, id), { force: true })
    await rm(join(files, `${id}.json`), { force: true })
  }
  return {
    files,
    find,
    outcome,
    open: async () => await allFound(await idsIn(files), find),
    outcomes: async () => await allFound(await idsIn(decided), outcome),
    decide: async (value) => {
      const draft = `${outcomePath(value.id)}.new`
      await writeFile(draft, JSON.stringify(z.encode(UploadStatus, value)), { flush: true })
      await rename(draft, outcomePath(value.id))
      await removeBytes(value.id)
    },
    forget: async (id) => {
      await removeBytes(id)
      await rm(outcomePath(id), { force: true })
    },
  }
}

/**
 * What is known of an upload, whatever it has come to. One that is dealt with between the two looks has lost its bytes by the second,
 * and has an outcome by then.
 */
export async function findUpload(
  { outcome, find }: Pick<UploadRecords, 'outcome' | 'find'>,
  id: UploadId,
): Promise<Outcome | OpenUpload | null> {
  return (await outcome(id)) ?? (await find(id)) ?? (await outcome(id))
}

async function allFound<T>(
  ids: readonly UploadId[],
  find: (id: UploadId) => Promise<T | null>,
): Promise<readonly T[]> {
  const all = await Promise.all(ids.map(find))
  return all.filter((each) => each !== null)
}

async function idsIn(directory: string): Promise<readonly UploadId[]> {
  const names = await readdir(directory)
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => UploadId.safeParse(name.slice(0, -'.json'.length)))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []))
}

/** Null where there is nothing, or nothing that can be read: a crash may have cut it short. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return null
  }
}

/** Removes uploads whose bytes have stopped coming. What has come whole stays, however long it waits for its turn. */
export async function forgetAbandoned(
  records: UploadRecords,
  { patienceMs, now }: { readonly patienceMs: number; readonly now: number },
): Promise<readonly UploadId[]> {
  const abandoned = (await records.open()).filter(
    ({ bytes, received, touchedAt }) => received < bytes && now - touchedAt > patienceMs,
  )
  await Promise.all(abandoned.map(({ id }) => records.forget(id)))
  return abandoned.map(({ id }) => id)
}
