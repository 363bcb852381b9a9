import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { ChainQueries } from '#market/ports/chain-queries.ts'
import type { DevelopmentSigner } from '#market/ports/development-signer.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { Signing } from '#protocol/signer.ts'
import { ChainAssertError } from './chain/answer-reader.ts'
import type { HiveRpc } from './chain/hive-rpc.ts'
import { createLocalSigner } from './chain/local-signer.ts'
import { buildTransaction, transactionId } from './chain/transactions.ts'
import { devchainChainId } from './devchain/chain-id.ts'
import { devchainKey } from './devchain/keys.ts'
import type { Network } from './networks.ts'

export type DevelopmentSignerDeps = {
  readonly rpc: Pick<HiveRpc, 'endpoints'>
  readonly chain: Pick<ChainQueries, 'at'>
}

export type DevelopmentSignerOptions = {
  readonly network: Pick<Network, 'chainId' | 'isReal'>
  readonly accounts: readonly HiveAccount[]
}

/** Seconds of the chain for which a transaction may wait for a block. */
const ttlSeconds = 600

/**
 * Signs for accounts of the development chain, whose keys everybody can derive, so that a newcomer needs no wallet to look around.
 * Throws `option-invalid` on any other chain: nobody's keys are in this program.
 */
export function createDevelopmentSigner(
  { rpc, chain }: DevelopmentSignerDeps,
  { network, accounts }: DevelopmentSignerOptions,
): DevelopmentSigner {
  requireDevelopmentChain(network)
  const roles: readonly SigningRole[] = ['posting', 'active']
  const signer = createLocalSigner(
    accounts.flatMap((account) =>
      roles.map((role) => ({ account, role, key: devchainKey(account, role) })),
    ),
  )
  const requireOwn = (account: HiveAccount): void => {
    if (accounts.includes(account)) return
    const known = accounts.map((name) => `@${name}`).join(', ')
    throw new MarketError('forbidden', `The development signer signs for ${known} only.`)
  }
  return {
    accounts,
    signMessage: async (account, message) => {
      requireOwn(account)
      return signed(await signer.signMessage(message, { account, role: 'posting' }))
    },
    broadcast: async (account, operations, role) => {
      requireOwn(account)
      const at = await chain.at()
      if (!at)
        throw new MarketError('chain-unavailable', 'No block of the chain has been read here yet.')
      const head = { height: at.height, id: at.block, time: at.time }
      const unsigned = buildTransaction(head, operations, ttlSeconds)
      const signing = await signer.signTransaction(unsigned, { account, role }, network.chainId)
      await broadcast(rpc, { ...unsigned, signatures: [signed(signing)] })
      return transactionId(unsigned)
    },
  }
}

/** Throws `option-invalid` for a chain on which nobody's keys are known to everybody. */
export function requireDevelopmentChain({
  isReal,
  chainId,
}: DevelopmentSignerOptions['network']): void {
  if (!isReal && chainId === devchainChainId) return
  throw new MarketError(
    'option-invalid',
    'Only a development chain has a development signer; on any other, wallets sign.',
  )
}

function signed(signing: Signing): Extract<Signing, { type: 'signed' }>['signature'] {
  if (signing.type === 'signed') return signing.signature
  throw new MarketError('key-missing', signing.reason)
}

async function broadcast({ endpoints }: Pick<HiveRpc, 'endpoints'>, transaction: object) {
  const [endpoint] = endpoints
  if (!endpoint) throw new MarketError('chain-unavailable', 'No endpoint of the chain is known.')
  try {
    await endpoint.call('condenser_api.broadcast_transaction', [transaction], z.unknown())
  } catch (error) {
    throw error instanceof ChainAssertError ? refused(error) : error
  }
}

function refused(cause: ChainAssertError): MarketError {
  const message = `The chain refused the transaction: ${cause.message}`
  return new MarketError('transaction-refused', message, {}, { cause })
}
