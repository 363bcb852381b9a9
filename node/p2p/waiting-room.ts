/**
 * A limited number of places for streams that wait for their peer. Where all are taken, whoever has waited longest is let go: a peer
 * that has something to say says it at once, and one that only holds a place holds it at nobody's cost.
 */
export type WaitingRoom = {
  /** Takes a place until disposed, or until `letGo` is called. */
  enter(letGo: () => void): Disposable
}

export function createWaitingRoom(places: number): WaitingRoom {
  const waiting = new Set<{ readonly letGo: () => void }>()
  return {
    enter: (letGo) => {
      const [longest] = waiting
      if (waiting.size >= places && longest) {
        waiting.delete(longest)
        longest.letGo()
      }
      const own = { letGo }
      waiting.add(own)
      return { [Symbol.dispose]: () => void waiting.delete(own) }
    },
  }
}
