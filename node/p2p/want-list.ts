import type { CID } from 'multiformats/cid'
import { linksOf } from '../ipfs/dag.ts'

/**
 * What a fetch still lacks. An id is unseen until the own store was looked at, then open until a peer is asked,
 * then taken until its block has come or the peer has failed.
 */
export interface WantList {
  add(cids: readonly CID[]): void
  /** The next id whose presence here was not looked at yet; looking at it makes it open. */
  nextUnseen(): CID | undefined
  /** Up to `count` open ids to ask a peer for. Waits while others may still bring more; empty when nothing will be wanted any more. */
  take(count: number): Promise<readonly CID[]>
  putBack(cids: readonly CID[]): void
  /** A block has come or was here: what it refers to is wanted next. */
  resolve(cid: CID, block: Uint8Array): void
  isDone(): boolean
}

export function createWantList(): WantList {
  const known = new Set<string>()
  const resolved = new Set<string>()
  const unseen: CID[] = []
  let open: CID[] = []
  let taken = 0
  let waiters: (() => void)[] = []

  const wake = (): void => {
    const woken = waiters
    waiters = []
    for (const waiter of woken) waiter()
  }
  const add = (cids: readonly CID[]): void => {
    for (const cid of cids) {
      if (known.has(cid.toString())) continue
      known.add(cid.toString())
      unseen.push(cid)
    }
  }
  const isDone = (): boolean => resolved.size === known.size

  return {
    add,
    nextUnseen: () => {
      const cid = unseen.shift()
      if (cid) open.push(cid)
      return cid
    },
    take: async (count) => {
      while (open.length === 0 && taken > 0 && !isDone()) {
        await new Promise<void>((resolve) => waiters.push(resolve))
      }
      const batch = open.slice(0, count)
      open = open.slice(count)
      taken += batch.length
      return batch
    },
    putBack: (cids) => {
      taken -= cids.length
      open = [...cids, ...open]
      wake()
    },
    resolve: (cid, block) => {
      if (resolved.has(cid.toString())) return
      resolved.add(cid.toString())
      const place = open.findIndex((other) => other.equals(cid))
      if (place >= 0) open.splice(place, 1)
      else taken -= 1
      add(linksOf(cid, block))
      wake()
    },
    isDone,
  }
}
