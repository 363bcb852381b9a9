import { ConcurrentRunner } from 'mediabunny'
import { progressRoute } from '#protocol/api/agent.ts'
import type { Track } from '#protocol/api/browser.ts'
import { putSegmentRoute } from '#protocol/api/browser.ts'
import type { Client } from '#protocol/client.ts'
import { CallError } from '#protocol/client.ts'
import type { TabLease } from './messages.ts'

export type SegmentUploads = {
  /** Resolves when there is room for another; rejects once one of them was refused for good. */
  put(track: Track, segment: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Waits for all of them. */
  settled(): Promise<void>
}

/** Requests under way at once: encoding waits for them, so that what is encoded and not yet sent stays small. */
const atOnce = 2

/** Pauses between tries of one request: a server that starts anew is waited for, a lease that lapses meanwhile is not. */
const pausesMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000]

/** Hands in segments as they are finished, and tries again what the network has lost. */
export function createSegmentUploads(
  call: Client,
  { jobId, encoderId, fencingToken }: TabLease,
  options: { readonly signal: AbortSignal; readonly onSegment: () => void },
): SegmentUploads {
  const runner = new ConcurrentRunner(atOnce)
  const { signal, onSegment } = options
  return {
    put: (track, segment, bytes) =>
      runner.run(async () => {
        const request = {
          params: { jobId, track, segment },
          query: { encoderId, fencingToken },
          body: bytes,
        }
        await persistently(() => call(putSegmentRoute, request, { signal }), signal)
        onSegment()
      }),
    settled: () => runner.flush(),
  }
}

/** Says every few seconds how far the encode is, which keeps the lease too. Stops when told; a lease that is gone is told once. */
export function keepTelling(
  call: Client,
  lease: TabLease,
  percent: () => number,
  onLost: (error: CallError) => void,
): () => void {
  const timer = setInterval(() => {
    const body = { ...lease, stage: 'encoding' as const, progress: percent() }
    call(progressRoute, { body }).catch((error: unknown) => {
      if (error instanceof CallError && error.status === 409) onLost(error)
    })
  }, 5_000)
  return () => clearInterval(timer)
}

async function persistently(send: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (const wait of pausesMs) {
    try {
      await send()
      return
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof CallError) || !mayPass(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
  await send()
}

/** What may be otherwise in a moment: the network, a busy server, a limit. */
export function mayPass({ status }: CallError): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500
}
