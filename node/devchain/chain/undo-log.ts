import type { State, StateChanges, StateOverlay } from '../state/state.ts'
import { applyStateChanges, createStateOverlay } from '../state/state.ts'

/** How to take back the newest blocks, as many as are still reversible. */
export interface UndoLog {
  push(undo: StateChanges): void
  /** Forgets all but the newest `count`. */
  keep(count: number): void
  /** A copy of the head's state with the newest `count` blocks taken back, which the log forgets. */
  rewind(headState: State, count: number): StateOverlay
}

export function createUndoLog(): UndoLog {
  const undos: StateChanges[] = []
  return {
    push: (undo) => {
      undos.push(undo)
    },
    keep: (count) => {
      undos.splice(0, Math.max(undos.length - count, 0))
    },
    rewind: (headState, count) => {
      const state = createStateOverlay(headState)
      const undone = undos.splice(undos.length - count, count)
      for (const undo of undone.reverse()) applyStateChanges(state, undo)
      return state
    },
  }
}
