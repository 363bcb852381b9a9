import { Upload } from 'tus-js-client'
import type { UploadStatus } from '#protocol/api/uploads.ts'
import { uploadStatusRoute, uploadsPath } from '#protocol/api/uploads.ts'
import { UploadId } from '#protocol/ids.ts'
import { pause } from './pause.ts'
import { callServer, currentSession } from './session.ts'

export type UploadWatch = {
  readonly signal: AbortSignal
  readonly onSent: (sent: { readonly percent: number; readonly bytesPerSecond: number }) => void
  /** The server has all bytes: who knows this id needs the file no more. */
  readonly onAllSent?: (id: UploadId) => void
  /** Percent of what the server does with bytes that are all there. */
  readonly onExamined: (percent: number) => void
}

type Ready = Extract<UploadStatus, { phase: 'ready' }>

/** Uploads a file, from where an earlier try has left off, and waits until it is content. Rejects with why the server does not take it. */
export async function uploadSource(file: File, watch: UploadWatch): Promise<Ready> {
  const address = await send(file, watch)
  const id = UploadId.parse(address.slice(address.lastIndexOf('/') + 1))
  watch.onAllSent?.(id)
  return await untilReady(id, watch)
}

/** Waits until what was uploaded is content. */
export async function untilReady(
  id: UploadId,
  watch: Pick<UploadWatch, 'signal' | 'onExamined'>,
): Promise<Ready> {
  for (;;) {
    const status = await callServer(uploadStatusRoute, { params: { id } }, { signal: watch.signal })
    if (status.phase === 'ready') return status
    if (status.phase === 'refused') throw new Error(status.message)
    if (status.phase === 'importing') watch.onExamined(status.percent)
    await pause(300, watch.signal)
  }
}

async function send(file: File, { signal, onSent }: UploadWatch): Promise<string> {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let first: number | null = null
  const upload = new Upload(file, {
    endpoint: uploadsPath,
    retryDelays: [500, 1_000, 3_000, 10_000],
    removeFingerprintOnSuccess: true,
    headers: { authorization: `Bearer ${currentSession()?.token ?? ''}` },
    onProgress: (sent, total) => {
      first ??= sent
      const seconds = Math.max(0.05, (performance.now() - began) / 1_000)
      const bytesPerSecond = (sent - first) / seconds
      onSent({ percent: (100 * sent) / Math.max(1, total), bytesPerSecond })
    },
    onSuccess: () => resolve(upload.url ?? ''),
    onError: reject,
  })
  signal.addEventListener('abort', () => {
    void upload.abort()
    reject(signal.reason)
  })
  const [earlier] = await upload.findPreviousUploads()
  if (earlier) upload.resumeFromPreviousUpload(earlier)
  upload.start()
  return await promise
}
