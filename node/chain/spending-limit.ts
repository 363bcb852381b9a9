import { z } from 'zod'
import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd, MilliHbd as MilliHbdSchema } from '#protocol/amount.ts'
import type { Signer } from '#protocol/signer.ts'
import type { UnsignedTransaction } from '#protocol/transaction.ts'

const Funding = z.object({ hbd_amount: MilliHbdSchema, fee: MilliHbdSchema })

/** A signer that funds no escrow beyond a limit, whatever asks it to: the last word about money before a signature. */
export function limitSpending(signer: Signer, limit: MilliHbd | null): Signer {
  if (limit === null) return signer
  return {
    ...signer,
    signTransaction: async (transaction, authorship, chainId) => {
      const spent = spentBy(transaction)
      if (spent <= limit) return await signer.signTransaction(transaction, authorship, chainId)
      const reason = `${formatHbd(spent)} for one escrow is more than the limit of ${formatHbd(limit)} (--escrow-limit)`
      return { type: 'refused', reason }
    },
  }
}

/** What a transaction puts into escrows, fees included. */
function spentBy({ operations }: UnsignedTransaction): bigint {
  return operations
    .filter(([name]) => name === 'escrow_transfer')
    .map(([, value]) => Funding.parse(value))
    .reduce((sum, { hbd_amount: amount, fee }) => sum + amount + fee, 0n)
}
