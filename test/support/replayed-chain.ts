import { hashLedger } from '#contracts/snapshot.ts'
import { formatOperation } from '#protocol/operation.ts'
import { aRegistration, sha256 } from './builders.ts'
import { aChainNode } from './chain-node.ts'
import type { TestDevchain } from './devchain.ts'
import { aDevchain } from './devchain.ts'
import { testNetwork } from './test-chain.ts'

/** A chain past two checkpoints with two registrations and two statements that are none, and the state that a node reaches on it. */
export type ReplayedChain = AsyncDisposable & {
  readonly url: string
  readonly honest: { readonly height: number; readonly block: string; readonly state: string }
}

export async function aReplayedChain(): Promise<ReplayedChain> {
  const chain = await aDevchain()
  chain.produceBlocks(2)
  for (const account of ['alice', 'bob']) {
    await post(chain, account, formatOperation(aRegistration()))
    await post(chain, account, 'nope')
    chain.produceBlocks(1_100)
  }
  await using node = aChainNode({ urls: [chain.url] })
  await node.catchUp()
  const ledger = node.follower.view.current()
  const { height = 0, id: block = '' } = ledger.head ?? {}
  return {
    url: chain.url,
    honest: { height, block, state: hashLedger(ledger, sha256) },
    [Symbol.asyncDispose]: () => chain[Symbol.asyncDispose](),
  }
}

async function post(chain: TestDevchain, account: string, json: string): Promise<void> {
  const { operationId: id } = testNetwork
  await chain.broadcast(
    [['custom_json', { required_auths: [], required_posting_auths: [account], id, json }]],
    [account, 'posting'],
  )
}
