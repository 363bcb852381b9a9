import type { Operation } from '@hiveio/dhive'
import { formatTime } from '#node/devchain/hive/chain-time.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'

const parties = { from: 'alice', to: 'bob', agent: 'arbiter', escrow_id: 1 }

/** alice opens escrow 1 for bob: 5 HBD and 0.1 HBD for the arbiter, to be ratified within a minute. */
export function openEscrow({ head }: Pick<TestDevchain, 'head'>, changes: object = {}): Operation {
  const body = {
    ...parties,
    hbd_amount: '5.000 HBD',
    hive_amount: '0.000 HIVE',
    fee: '0.100 HBD',
    json_meta: '',
    ratification_deadline: formatTime(head.time + 60),
    escrow_expiration: formatTime(head.time + 120),
    ...changes,
  }
  return ['escrow_transfer', body]
}

export function approveEscrow(who: string, changes: object = {}): Operation {
  return ['escrow_approve', { ...parties, who, approve: true, ...changes }]
}

function releaseEscrow(who: string, receiver: string, hbd: string): Operation {
  const amounts = { hbd_amount: hbd, hive_amount: '0.000 HIVE' }
  return ['escrow_release', { ...parties, who, receiver, ...amounts }]
}

/** Block 1 opens and approves an escrow and pays from it; block 2 opens one that block 21 finds unratified. */
export async function aChainWithEscrows(): Promise<TestDevchain> {
  const chain = await aDevchain()
  const opened = [openEscrow(chain), approveEscrow('bob'), approveEscrow('arbiter')]
  const released = releaseEscrow('alice', 'bob', '2.000 HBD')
  await chain.broadcast([...opened, released], 'alice', 'bob', 'arbiter')
  chain.produceBlocks(1)
  await chain.broadcast([openEscrow(chain, { escrow_id: 2 })], 'alice')
  chain.produceBlocks(21)
  return chain
}
