import { buildLadder } from '#market/domain/ladder.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { UploadId } from '#protocol/ids.ts'
import type { OpenUpload, Outcome } from './upload-records.ts'

export type ImportUploadDeps = {
  readonly content: Pick<ContentStore, 'addFile' | 'pin'>
  readonly analyse: EncodingEngine['analyse']
}

export type ImportOptions = {
  readonly signal: AbortSignal
  readonly onProgress: (percent: number) => void
}

/** Who keeps the content of an upload. */
export function pinOwner(id: UploadId): string {
  return `upload:${id}`
}

/** The browser tier takes videos under two minutes. */
const shortSeconds = 120

/**
 * Looks at an upload whose bytes are all here, and takes it into IPFS. Idempotent: equal bytes have equal ids.
 * Resolves to `refused` for a file that cannot be encoded; rejects with whatever else goes wrong, to be tried again.
 */
export function createImportUpload({ content, analyse }: ImportUploadDeps) {
  return async (upload: OpenUpload, { signal, onProgress }: ImportOptions): Promise<Outcome> => {
    const { id, owner, bytes, path } = upload
    try {
      const profile = await analyse(path, { signal })
      const { width, height, frames, rate } = profile
      const { cid } = await content.addFile(path, { signal, onProgress })
      content.pin(cid, pinOwner(id))
      const seconds = (frames * rate.denominator) / rate.numerator
      const ladder = buildLadder(width, height, profile)
      const isShort = seconds < shortSeconds
      return { phase: 'ready', id, owner, bytes, cid, width, height, seconds, isShort, ladder }
    } catch (error) {
      if (!(error instanceof MarketError) || !error.code.startsWith('input-')) throw error
      return { phase: 'refused', id, owner, bytes, code: error.code, message: error.message }
    }
  }
}
