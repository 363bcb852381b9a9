import type { Database } from 'better-sqlite3'
import { MarketError } from '#market/errors.ts'
import type { Genesis } from '../genesis.ts'
import { genesisFingerprint, genesisState } from '../genesis.ts'
import type { State, StateChanges } from '../state/state.ts'
import type { Block } from './block.ts'
import type { BlockStore } from './block-store.ts'
import { createBlockStore } from './block-store.ts'
import { openDatabase } from './database.ts'
import type { FactStore } from './fact-store.ts'
import { createFactStore } from './fact-store.ts'
import type { OperationStore } from './operation-store.ts'
import { createOperationStore } from './operation-store.ts'
import { createStateStore } from './state-store.ts'

const format = '1'

/** Everything of a chain but its pool, in one database. */
export interface ChainStore extends Disposable {
  readonly blocks: Omit<BlockStore, 'append' | 'removeAbove'>
  readonly operations: Omit<OperationStore, 'append' | 'removeAbove'>
  readonly genesisTime: number
  /** How often the chain has forked. */
  readonly branch: number
  loadState(): State
  append(block: Block): void
  /** Forgets all blocks above a number and goes back to the state of that block, on a new branch. */
  rewind(number: number, undo: StateChanges): void
  /** Runs work whose changes are kept all together or, if it throws, not at all. */
  atomically<T>(work: () => T): T
}

export type ChainStoreOptions = {
  readonly genesis: Genesis
  /** When the chain begins, if neither the genesis nor the data directory says. */
  readonly startTime: number
  /** Where it lives; without, it lives in memory. */
  readonly directory: string | undefined
}

/** Opens a chain, or begins one. Throws a MarketError if the directory holds the chain of another genesis. */
export function openChainStore({ genesis, startTime, directory }: ChainStoreOptions): ChainStore {
  const database = openDatabase(directory)
  const facts = createFactStore(database)
  const blocks = createBlockStore(database)
  const operations = createOperationStore(database)
  const states = createStateStore(database)
  const atomically = <T>(work: () => T): T => database.transaction(work).immediate()
  try {
    ensureSameGenesis(facts, genesis, directory)
    atomically(() => begin(facts, states, genesis, startTime))
  } catch (error) {
    database.close()
    throw error
  }
  return {
    blocks,
    operations,
    genesisTime: Number(facts.get('genesis-time')),
    get branch() {
      return Number(facts.get('branch'))
    },
    loadState: states.load,
    append: (block) => {
      blocks.append(block)
      operations.append(block)
      states.save(block.changes)
    },
    rewind: (number, undo) => {
      blocks.removeAbove(number)
      operations.removeAbove(number)
      states.save(undo)
      facts.set('branch', String(Number(facts.get('branch')) + 1))
    },
    atomically,
    [Symbol.dispose]: () => closeDatabase(database),
  }
}

function ensureSameGenesis(facts: FactStore, genesis: Genesis, directory = ''): void {
  const known = facts.get('genesis')
  if (known === undefined) return
  if (facts.get('format') !== format || known !== genesisFingerprint(genesis))
    throw new MarketError(
      'data-foreign',
      `The data directory ${directory} holds the chain of another genesis; use another directory or the genesis it was made with.`,
      { directory },
    )
}

function begin(
  facts: FactStore,
  states: { save(changes: StateChanges): void },
  genesis: Genesis,
  startTime: number,
): void {
  if (facts.get('genesis') !== undefined) return
  const time = genesis.time ?? startTime
  facts.set('format', format)
  facts.set('genesis', genesisFingerprint(genesis))
  facts.set('genesis-time', String(time))
  facts.set('branch', '0')
  states.save(genesisState(genesis, time))
}

function closeDatabase(database: Database): void {
  database.close()
}
