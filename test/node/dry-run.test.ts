import { expect, test } from 'vitest'
import { customJson, escrowApprove } from '#market/domain/hive-operations.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import { createDryNetwork } from '#node/dry-run/dry-network.ts'
import { drySigner } from '#node/dry-run/dry-signer.ts'
import { createTransactionPrinter } from '#node/dry-run/transaction-printer.ts'
import { aBid, alice, aRegistration, bob, carol, escrowId } from '../support/builders.ts'
import { aChainNode } from '../support/chain-node.ts'
import { aDevchain } from '../support/devchain.ts'
import { sealed } from '../support/sealed.ts'
import { testNetwork } from '../support/test-chain.ts'

test('each intention is printed once, and stays unsigned', async () => {
  await using chain = await aDevchain()
  chain.produceBlocks(1)
  await using node = aChainNode({ urls: [chain.url], signer: drySigner, ttlSeconds: 9 })
  await node.catchUp()
  const lines: string[] = []
  await using printer = createTransactionPrinter(node.outboxStore, (line) => lines.push(line))
  const parties = { from: bob, to: alice, agent: carol, escrow: escrowId(7) }
  const attempt = async (number: number): Promise<void> => {
    const request = { account: alice, roles: ['active', 'posting'] as const }
    node.outbox.submit({
      ...request,
      key: `job/approve#${number}`,
      operations: [
        escrowApprove(parties, alice, 'approve'),
        customJson(testNetwork.operationId, alice, aRegistration()),
      ],
    })
    await node.signing.flush()
    await printer.flush()
    await printer.flush()
  }
  await attempt(1)
  chain.produceBlocks(5)
  await node.catchUp()
  await attempt(2)
  expect(lines.filter((line) => line.startsWith('transaction '))).toHaveLength(1)
  expect(lines.join('\n')).toContain('signed by @alice (active) and @alice (posting)')
  expect(lines.join('\n')).toContain('@alice stands by escrow 7 of @bob for @alice')
  for (const key of ['job/approve#1', 'job/approve#2'])
    expect(node.outbox.find(key)?.transaction.signatures).toEqual([])
})

test('the market is heard and told nothing; a bid is printed', async () => {
  const said: string[] = []
  const live: MarketNetwork = {
    publish: async (topic) => {
      said.push(topic)
    },
    call: async (_, verb) => {
      said.push(verb)
      return { accepted: true } as never
    },
    isConnected: () => true,
    freeSlots: () => 3,
    fullSince: () => null,
  }
  const lines: string[] = []
  const dry = createDryNetwork(live, (line) => lines.push(line))
  const bid = sealed('bob', aBid())
  await dry.publish('bids', bid)
  expect(await dry.call(alice, 'bid', bid)).toMatchObject({ accepted: false })
  expect(said).toEqual([])
  expect(lines).toEqual([
    expect.stringMatching(/^bid to @alice for alice:.* 0\.003 HBD, ready by /),
  ])
  expect([dry.isConnected(alice), dry.freeSlots(alice)]).toEqual([true, 3])
})

test('what it signs is worth nothing', async () => {
  expect(drySigner.canSign({ account: alice, role: 'active' })).toBe(true)
  const message = await drySigner.signMessage('m', { account: alice, role: 'posting' })
  expect(message).toEqual({ type: 'signed', signature: '00'.repeat(65) })
})
