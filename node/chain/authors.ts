import { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import type { Authorship } from '#protocol/signer.ts'
import type { HiveOperation } from '#protocol/transaction.ts'

const Signers = z.object({
  required_auths: z.array(HiveAccount),
  required_posting_auths: z.array(HiveAccount),
})
const Payer = z.object({ from: HiveAccount })
const Actor = z.object({ who: HiveAccount })

/**
 * Who has to sign for these operations by hived's rules, each once, in the order of the operations. Throws for an operation
 * that the market has no use for: this program signs none of those.
 */
export function authorsOf(operations: readonly HiveOperation[]): readonly Authorship[] {
  const authors = new Map<string, Authorship>()
  for (const author of operations.flatMap(authorsOfOne))
    authors.set(`${author.account} ${author.role}`, author)
  return [...authors.values()]
}

function authorsOfOne([name, value]: HiveOperation): readonly Authorship[] {
  switch (name) {
    case 'custom_json': {
      const { required_auths: active, required_posting_auths: posting } = Signers.parse(value)
      return [
        ...active.map((account) => ({ account, role: 'active' as const })),
        ...posting.map((account) => ({ account, role: 'posting' as const })),
      ]
    }
    case 'escrow_transfer':
      return [{ account: Payer.parse(value).from, role: 'active' }]
    case 'escrow_approve':
    case 'escrow_dispute':
    case 'escrow_release':
      return [{ account: Actor.parse(value).who, role: 'active' }]
    default:
      throw new Error(`nobody signs ${name} here`)
  }
}
