import {
  developmentSignatureRoute,
  developmentTransactionRoute,
} from '#protocol/api/development.ts'
import type { Client } from '#protocol/client.ts'
import type { Signer } from './signer.ts'

/** Has the server of a development chain sign, with keys that everybody knows. No other server does. */
export function createDevelopmentSigner(call: Client): Signer {
  return {
    signMessage: async (account, message) => {
      const { signature } = await call(developmentSignatureRoute, { body: { account, message } })
      return signature
    },
    signOperations: async (account, operations, role) =>
      await call(developmentTransactionRoute, { body: { account, operations, role } }),
  }
}
