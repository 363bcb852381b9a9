import type { Ledger } from '#contracts/ledger.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import { taggedJson } from '#protocol/tagged-json.ts'
import type { ProjectedOperation, ProjectedPrices } from '../ports/projection-store.ts'

/** An operation beside what became of it. */
type Told = ProjectedOperation & { readonly operation: Operation | null }
type Prices = ProjectedPrices['prices']

/** The price lists that the operations of one block changed, from the ledger before it on; what leaves a list as it was is no row. */
export function projectPrices(
  operations: readonly Told[],
  { nodes }: Pick<Ledger, 'nodes'>,
): readonly ProjectedPrices[] {
  const known = new Map<HiveAccount, Prices>()
  const rows: ProjectedPrices[] = []
  for (const { operation, signer: account, refusal, ...told } of operations) {
    if (!account || !operation || refusal !== null) continue
    const before = known.has(account) ? (known.get(account) ?? null) : pricesOf(nodes.get(account))
    const prices = pricesAfter(operation, before)
    known.set(account, prices)
    if (taggedJson(prices) === taggedJson(before)) continue
    const { height, position, time, transaction } = told
    rows.push({ account, height, position, time, transaction, prices })
  }
  return rows
}

function pricesOf(node: ReturnType<Ledger['nodes']['get']>): Prices {
  return node?.phase === 'active' ? (node.encoder?.prices ?? null) : null
}

function pricesAfter(operation: Operation, before: Prices): Prices {
  switch (operation.t) {
    case 'node.register':
      return operation.encoder?.prices ?? null
    case 'node.update':
      return operation.encoder?.prices ?? before
    case 'node.retire':
      return null
    default:
      return before
  }
}
