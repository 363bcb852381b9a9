import type { Operation, SignedTransaction } from '@hiveio/dhive'
import { cryptoUtils } from '@hiveio/dhive'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { taposPrefix } from '#node/devchain/hive/block-header.ts'
import { formatTime } from '#node/devchain/hive/chain-time.ts'
import type { Signer, TestDevchain } from '../../support/devchain.ts'
import { aDevchain, keyOf } from '../../support/devchain.ts'

export type Draft = {
  readonly operations: readonly Operation[]
  /** Seconds after the head block; 60 unless told otherwise. */
  readonly lifetime?: number
  readonly refBlockNum?: number
  readonly refBlockPrefix?: number
  readonly chainId?: string
}

/** A transaction that refers to the head block, signed by dhive with active keys unless a role is named. */
export function signTransaction(
  { head }: Pick<TestDevchain, 'head'>,
  draft: Draft,
  ...signers: readonly Signer[]
): SignedTransaction {
  const unsigned = {
    ref_block_num: draft.refBlockNum ?? head.number & 0xffff,
    ref_block_prefix: draft.refBlockPrefix ?? taposPrefix(head.id),
    expiration: formatTime(head.time + (draft.lifetime ?? 60)),
    operations: [...draft.operations],
    extensions: [],
  }
  return cryptoUtils.signTransaction(
    unsigned,
    signers.map(keyOf),
    Buffer.from(draft.chainId ?? devchainChainId, 'hex'),
  )
}

export function transfer(
  amount: string,
  nonce: string | number = '',
  from = 'alice',
  to = 'bob',
): Operation {
  return ['transfer', { from, to, amount, memo: String(nonce) }]
}

export function customJson(
  json: string,
  signers: Partial<JsonSigners> = { posting: ['alice'] },
): Operation {
  return [
    'custom_json',
    {
      required_auths: [...(signers.active ?? [])],
      required_posting_auths: [...(signers.posting ?? [])],
      id: 'test',
      json,
    },
  ]
}

type JsonSigners = { readonly active: readonly string[]; readonly posting: readonly string[] }

export const payment = [transfer('1.000 HBD')]

/** A chain with a few blocks, because before the first one hived asks neither for TaPoS nor for a lifetime. */
export async function aChainWithBlocks(): Promise<TestDevchain> {
  const chain = await aDevchain()
  chain.produceBlocks(5)
  return chain
}

/** Broadcasts what alice signed. */
export function send(chain: TestDevchain, draft: Draft): Promise<unknown> {
  return chain.client.broadcast.send(signTransaction(chain, draft, 'alice'))
}
