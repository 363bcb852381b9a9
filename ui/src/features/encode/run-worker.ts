import type { FromWorker, StartEncode, ToWorker } from './messages.ts'

/** What a worker ends with. */
export type WorkerEnd = Extract<FromWorker, { type: 'encoded' | 'failed' }>

/** Encodes in a worker of its own, so that the page stays quick, and its memory goes with it. */
export async function runWorker(
  start: StartEncode,
  { signal, onNews }: { readonly signal: AbortSignal; readonly onNews: (news: FromWorker) => void },
): Promise<WorkerEnd> {
  const worker = new Worker(new URL('./encode-worker.ts', import.meta.url), { type: 'module' })
  const cancel = (): void => worker.postMessage({ type: 'cancel' } satisfies ToWorker)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await new Promise((resolve) => {
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === 'encoded' || data.type === 'failed') resolve(data)
        else onNews(data)
      })
      worker.addEventListener('error', ({ message }) => {
        resolve({ type: 'failed', class: 'device', message: `The encoder broke down: ${message}` })
      })
      worker.postMessage(start)
    })
  } finally {
    signal.removeEventListener('abort', cancel)
    worker.terminate()
  }
}
