import type { CID } from 'multiformats/cid'
import type { Pieces } from '../ipfs/block-store.ts'
import { blockLimitBytes } from '../ipfs/dag.ts'
import type { BlockStreams } from './block-streams.ts'

/** How long one block may take. */
const blockMs = 60_000

/** Blocks over HTTP from trustless gateways: a provider is the address of one, without a slash at its end. */
export function createGatewayStreams(): BlockStreams<string> {
  return {
    open: async (gateway, signal) => ({
      request: async function* (cids) {
        // All are asked for at once, and come in the order in which they were asked for.
        const stop = new AbortController()
        const within = AbortSignal.any([signal, stop.signal])
        const answers = cids.map((cid) => settle(askBlock(gateway, cid, within)))
        try {
          for (const answer of answers) {
            const settled = await answer
            if (settled.status === 'rejected') throw settled.reason
            yield settled.value
          }
        } finally {
          stop.abort()
        }
      },
      // Its address is the owner's own choice: it is left out of this fetch, and may be mended by the next.
      lied: () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
}

/** So that one that fails while another is waited for is nobody's unhandled rejection. */
async function settle<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [settled] = await Promise.allSettled([work])
  return settled
}

/** A block, which nobody has verified; no pieces where the gateway does not have it. */
async function askBlock(gateway: string, cid: CID, signal: AbortSignal): Promise<Pieces> {
  const response = await fetch(`${gateway}/ipfs/${cid}?format=raw`, {
    headers: { accept: 'application/vnd.ipld.raw' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(blockMs)]),
  })
  if (response.ok && response.body) return await limited(response.body)
  await response.body?.cancel()
  if (response.status >= 500 && response.status !== 504)
    throw new Error(`the gateway answers ${response.status}`)
  return []
}

async function limited(body: AsyncIterable<Uint8Array>): Promise<Pieces> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > blockLimitBytes) throw new Error('the gateway sends more than a block')
    pieces.push(piece)
  }
  return pieces
}
