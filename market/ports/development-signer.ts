import type { Signature } from '#protocol/envelope.ts'
import type { HiveAccount, TransactionId } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'

/** Signs for accounts of the development chain whose keys everybody knows. There is none on any other chain. */
export interface DevelopmentSigner {
  readonly accounts: readonly HiveAccount[]
  /** Both reject with `forbidden` for an account that it does not sign for. */
  signMessage(account: HiveAccount, message: string): Promise<Signature>
  broadcast(
    account: HiveAccount,
    operations: readonly HiveOperation[],
    role: SigningRole,
  ): Promise<TransactionId>
}
