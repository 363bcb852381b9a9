import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '@hiveio/dhive'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { formatTime } from '#node/devchain/hive/chain-time.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'

const Body = z.looseObject({ from: z.string(), who: z.string().optional() })
const BroadcastStep = z.strictObject({
  ops: z.array(z.tuple([z.string(), Body])),
  expect: z.string(),
  kind: z.enum(['validate', 'evaluator', 'authority']).optional(),
  signers: z.array(z.string()).optional(),
})
type BroadcastStep = z.infer<typeof BroadcastStep>
const Step = z.union([
  BroadcastStep,
  z.strictObject({ blocks: z.int() }),
  z.strictObject({ escrows: z.int() }),
])
const End = z.strictObject({
  alice: z.string().optional(),
  bob: z.string().optional(),
  arbiter: z.string().optional(),
  escrows: z.int().optional(),
  flags: z.tuple([z.boolean(), z.boolean(), z.boolean()]).optional(),
  fee: z.string().optional(),
  hbd: z.string().optional(),
  vop: z.string().optional(),
})
const Vectors = z.object({
  vectors: z.array(
    z.strictObject({ id: z.string(), title: z.string(), steps: z.array(Step), end: End }),
  ),
})

const file = join(import.meta.dirname, 'hive-escrow-vectors.json')
const { vectors } = Vectors.parse(JSON.parse(readFileSync(file, 'utf8')))

const rich = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
const accounts = { alice: rich, dave: rich, bob: {}, arbiter: {} }

describe('every escrow vector holds for a dhive client', () => {
  test('there are forty-three', () => {
    expect(vectors).toHaveLength(43)
  })

  test.for(vectors)('$id: $title', async ({ steps, end }) => {
    await using chain = await aDevchain({ accounts })
    chain.produceBlocks(1)
    for (const step of steps) {
      if ('blocks' in step) chain.produceBlocks(step.blocks)
      else if ('escrows' in step) expect(await escrowsOf(chain)).toHaveLength(step.escrows)
      else await expectOutcome(chain, step)
    }
    await expectEnd(chain, end)
  })
})

async function expectOutcome(chain: TestDevchain, step: BroadcastStep): Promise<void> {
  const operations = step.ops.map(([name, body]) => operation(name, body, chain.head.time))
  const signers = step.signers ?? step.ops.map(([, { who, from }]) => who ?? from)
  const outcome = chain.broadcast(operations, ...new Set(signers))
  if (step.expect === 'ok') {
    await expect(outcome).resolves.toMatch(/^[0-9a-f]{40}$/)
    return
  }
  await expect(outcome).rejects.toThrow(step.expect)
  await expect(outcome).rejects.toMatchObject({
    jse_info: {
      name: step.kind === 'authority' ? 'tx_missing_active_auth' : 'assert_exception',
    },
  })
}

/** Times like "+60" are relative to the head block. */
function operation(name: string, body: z.infer<typeof Body>, now: number): Operation {
  const entries = Object.entries(body).map(([key, value]) => {
    const isOffset = typeof value === 'string' && /^\+\d+$/.test(value)
    return [key, isOffset ? formatTime(now + Number(value)) : value]
  })
  return [name, Object.fromEntries(entries)] as Operation
}

async function expectEnd(chain: TestDevchain, end: z.infer<typeof End>): Promise<void> {
  const { alice, bob, arbiter } = end
  for (const [name, balance] of Object.entries({ alice, bob, arbiter })) {
    if (balance === undefined) continue
    const [account] = await chain.client.database.getAccounts([name])
    expect(account?.hbd_balance).toBe(`${balance} HBD`)
  }
  const escrows = await escrowsOf(chain)
  if (end.escrows !== undefined) expect(escrows).toHaveLength(end.escrows)
  const escrow = await chain.call('condenser_api.get_escrow', ['alice', 1])
  if (end.flags !== undefined) {
    const [to_approved, agent_approved, disputed] = end.flags
    expect(escrow).toMatchObject({ to_approved, agent_approved, disputed })
  }
  if (end.fee !== undefined) expect(escrow).toMatchObject({ pending_fee: end.fee })
  if (end.hbd !== undefined) expect(escrow).toMatchObject({ hbd_balance: end.hbd })
  if (end.vop !== undefined) expect(await virtualOperations(chain)).toContain(end.vop)
}

async function escrowsOf(chain: TestDevchain): Promise<readonly unknown[]> {
  const found = await chain.call('database_api.find_escrows', { from: 'alice' })
  return z.object({ escrows: z.array(z.unknown()) }).parse(found).escrows
}

async function virtualOperations(chain: TestDevchain): Promise<readonly string[]> {
  const blocks = Array.from({ length: chain.head.number }, (_, index) => index + 1)
  const lists = await Promise.all(
    blocks.map((number) => chain.client.database.getOperations(number, true)),
  )
  return lists.flat().map(({ op }) => op[0])
}
