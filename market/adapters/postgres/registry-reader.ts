import { gt } from 'drizzle-orm'
import type { NodeRecord } from '#contracts/registry.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { BlockHeight, BlockId, ChainTime } from '#protocol/ids.ts'
import type { RegistryView } from '../../ports/ledger-view.ts'
import type { PostgresDatabase } from './database.ts'
import { chainCursor, chainNodes } from './schema/chain.ts'

export interface RegistryReader extends RegistryView {
  /** Reads what the tables have by now; rejects as the driver does, and tells what it knew until then. */
  refresh(): Promise<void>
}

const oneSnapshot = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const

type Known = ReturnType<RegistryView['current']>
const nothing: Known = { head: null, nodes: new Map() }

/**
 * The registry as the chain's tables have it, whichever process fills them. Only nodes that changed since the last look are read; all
 * of them where the tables have begun anew.
 */
export function createRegistryReader(database: PostgresDatabase): RegistryReader {
  let known = nothing
  return {
    current: () => known,
    refresh: async () => {
      known = await database.transaction(async (step) => {
        const [cursor] = await step.select().from(chainCursor)
        if (!cursor?.block) return nothing
        const { block, height, time } = cursor
        if (known.head?.id === block) return known
        const last = known.head?.height ?? 0
        const start = (height ?? 0) > last ? known : nothing
        const changed = await step
          .select({ record: chainNodes.record })
          .from(chainNodes)
          .where(gt(chainNodes.updatedHeight, start.head?.height ?? 0))
        const head = {
          ...{ height: BlockHeight.parse(height), id: BlockId.parse(block) },
          time: ChainTime.parse(time),
        }
        return { head, nodes: withChanges(start.nodes, changed) }
      }, oneSnapshot)
    },
  }
}

function withChanges(
  nodes: Known['nodes'],
  changed: readonly { readonly record: NodeRecord }[],
): ReadonlyMap<HiveAccount, NodeRecord> {
  if (changed.length === 0) return nodes
  return new Map([...nodes, ...changed.map(({ record }) => [record.account, record] as const)])
}
