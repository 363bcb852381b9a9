import type { CID } from 'multiformats/cid'
import { linksOf } from '../ipfs/dag.ts'

/** One of the peers that a fetch asks, by its place among them. */
export type Asked = number

/**
 * What a fetch still lacks.
 *
 *   unseen -> looking -> resolved              the block is here already
 *             looking -> open -> in flight -> resolved
 *                        open <- in flight     nobody who was asked for it is left
 *
 * That a peer lacks a block says nothing of its others: it is only not asked for that one again.
 */
export interface WantList {
  /** Throws a RangeError above the limit of ids. */
  add(cids: readonly CID[]): void
  /** The next id whose presence here was not looked at yet; it is then resolved, or told to be absent. */
  nextUnseen(): CID | undefined
  absent(cid: CID): void
  /**
   * Ids to ask a peer for: its share of what is open, `most` of them at the most. Where nothing is open it is given one id that
   * others owe, so that one that is slow does not hold up the end. Waits while others may still bring more;
   * empty when this peer has nothing more to give.
   */
  take(peer: Asked, most: number): Promise<readonly CID[]>
  /** The peer says that it does not have the block. */
  lacks(peer: Asked, cid: CID): void
  /** The peer will not send these. */
  putBack(peer: Asked, cids: readonly CID[]): void
  /** A block has come or was here: what it refers to is wanted next. False for one that had come already. Throws as `follow` does. */
  resolve(cid: CID, block: Uint8Array): boolean
  isDone(): boolean
}

type Want = { readonly cid: CID; readonly askedOf: Set<Asked>; readonly lackedBy: Set<Asked> }

export function createWantList({
  peers,
  limit,
  follow = linksOf,
}: {
  /** Peers among which the work is shared. */
  readonly peers: number
  /** Ids that a fetch may come to: a tree of many tiny blocks costs memory for each. */
  readonly limit: number
  /** What a block that is here makes wanted besides; throws a RangeError where that is what no peer can have. */
  readonly follow?: (cid: CID, block: Uint8Array) => readonly CID[]
}): WantList {
  const known = new Set<string>()
  const found: CID[] = []
  const looking = new Set<string>()
  const open = new Map<string, Want>()
  const inFlight = new Map<string, Want>()
  let looked = 0
  let resolved = 0
  let waiters: (() => void)[] = []

  const wake = (): void => {
    const woken = waiters
    waiters = []
    for (const waiter of woken) waiter()
  }
  const add = (cids: readonly CID[]): void => {
    for (const cid of cids) {
      const key = cid.toString()
      if (known.has(key)) continue
      if (known.size >= limit) throw new RangeError(`more than ${limit} blocks`)
      known.add(key)
      found.push(cid)
    }
  }
  const isDone = (): boolean => resolved === known.size

  const shareOf = (peer: Asked, most: number): readonly Want[] => {
    const askable = open
      .values()
      .filter(({ lackedBy }) => !lackedBy.has(peer))
      .take(Math.min(most, Math.ceil(open.size / peers)))
      .toArray()
    if (askable.length > 0) return askable
    return inFlight
      .values()
      .filter(({ askedOf, lackedBy }) => !askedOf.has(peer) && !lackedBy.has(peer))
      .toArray()
      .toSorted((left, right) => left.askedOf.size - right.askedOf.size)
      .slice(0, 1)
  }
  const ask = (peer: Asked, want: Want): CID => {
    const key = want.cid.toString()
    open.delete(key)
    inFlight.set(key, want)
    want.askedOf.add(peer)
    return want.cid
  }
  const giveUp = (peer: Asked, cid: CID): Want | undefined => {
    const key = cid.toString()
    const want = inFlight.get(key)
    want?.askedOf.delete(peer)
    if (!want || want.askedOf.size > 0) return want
    inFlight.delete(key)
    open.set(key, want)
    return want
  }

  return {
    add,
    nextUnseen: () => {
      const cid = found[looked]
      if (!cid) return undefined
      looked += 1
      looking.add(cid.toString())
      return cid
    },
    absent: (cid) => {
      const key = cid.toString()
      if (looking.delete(key)) open.set(key, { cid, askedOf: new Set(), lackedBy: new Set() })
      wake()
    },
    take: async (peer, most) => {
      for (;;) {
        const share = isDone() ? [] : shareOf(peer, most)
        if (share.length > 0) return share.map((want) => ask(peer, want))
        if (isDone() || (inFlight.size === 0 && looking.size === 0)) return []
        await new Promise<void>((resolve) => waiters.push(resolve))
      }
    },
    lacks: (peer, cid) => {
      giveUp(peer, cid)?.lackedBy.add(peer)
      wake()
    },
    putBack: (peer, cids) => {
      for (const cid of cids) giveUp(peer, cid)
      wake()
    },
    resolve: (cid, block) => {
      const key = cid.toString()
      if (!looking.delete(key) && !open.delete(key) && !inFlight.delete(key)) return false
      add(follow(cid, block))
      resolved += 1
      wake()
      return true
    },
    isDone,
  }
}
