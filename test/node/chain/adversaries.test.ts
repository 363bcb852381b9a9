import type { Operation } from '@hiveio/dhive'
import { expect, test } from 'vitest'
import { isTooLate } from '#contracts/ruling.ts'
import type { JobId } from '#protocol/ids.ts'
import { formatOperation } from '#protocol/operation.ts'
import { aDelivery } from '../../support/builders.ts'
import type { Lie, RpcCall } from '../../support/lying-rpc.ts'
import { answer } from '../../support/lying-rpc.ts'
import type { MarketInProcess } from '../../support/market-in-process.ts'
import { aMarket } from '../../support/market-in-process.ts'

/**
 * What each party can do wrong, on a development chain with real nodes' clients, stores and transactions: whatever it is, the
 * honest side ends with what is its own, to the milli-HBD.
 */

const fee = 1n
const junk = [{ code: 'manifest-invalid' }] as const
const deleted = [{ code: 'unavailable' }] as const

type Row = {
  readonly who: string
  readonly play: (market: MarketInProcess, job: JobId) => Promise<void>
  /** Whether the encoder ends with the price of its work, and whether the arbiter with its fee. */
  readonly paid: boolean
  readonly fee: boolean
}

const jobOf = ({ participants }: MarketInProcess, id: JobId) =>
  participants.encoder.node.follower.view.current().jobs.get(id) ??
  participants.creator.node.follower.view.current().jobs.get(id)

const phaseIs =
  (market: MarketInProcess, id: JobId, ...phases: readonly string[]) =>
  (): boolean =>
    Object.values(market.participants).some(({ node }) =>
      phases.includes(node.follower.view.current().jobs.get(id)?.phase ?? ''),
    )

async function until(market: MarketInProcess, isReached: () => boolean): Promise<void> {
  for (let rounds = 0; !isReached(); rounds += 1) {
    if (rounds > 80) throw new Error('not reached in 80 rounds')
    await market.live(1)
  }
}

const settled = async (market: MarketInProcess, id: JobId): Promise<void> =>
  until(market, phaseIs(market, id, 'settled'))

async function afterDeadline(market: MarketInProcess): Promise<void> {
  market.sleep(1_200)
  await market.live(2)
}

/** An endpoint's lie about some of what is asked. */
const lyingAbout =
  (isMeant: (call: RpcCall) => boolean, bend: (result: Record<string, unknown>) => unknown): Lie =>
  async (call, forward) => {
    if (!isMeant(call)) return null
    const { result } = (await forward()) as { result: Record<string, unknown> }
    return answer(bend(result))
  }
const asksBlocks = ({ method }: RpcCall): boolean => method === 'block_api.get_block_range'
const withoutTransactions = (result: Record<string, unknown>): unknown => ({
  blocks: (result['blocks'] as object[]).map((block) => ({
    ...block,
    transactions: [],
    transaction_ids: [],
  })),
})

const wholeWith =
  (lie: Lie): Row['play'] =>
  async (market, id) => {
    market.liar.lie(lie)
    await settled(market, id)
  }

const rows: readonly Row[] = [
  {
    who: 'an encoder never delivers',
    play: async (market, id) => {
      market.behaviour.work = 'never ends'
      await until(market, phaseIs(market, id, 'accepted'))
      market.behaviour.encoder = 'asleep'
      await afterDeadline(market)
      await settled(market, id)
    },
    paid: false,
    fee: true,
  },
  {
    who: 'an encoder delivers junk',
    play: async (market, id) => {
      for (const name of ['creator', 'arbiter'] as const) market.behaviour.findings.set(name, junk)
      await settled(market, id)
      expect(jobOf(market, id)).toMatchObject({ ruling: { verdict: 'fail', faults: junk } })
    },
    paid: false,
    fee: true,
  },
  {
    who: 'an encoder delivers late',
    play: async (market, id) => {
      market.behaviour.work = 'never ends'
      await until(market, phaseIs(market, id, 'accepted'))
      market.behaviour.encoder = 'asleep'
      market.behaviour.asleep.add('arbiter')
      await afterDeadline(market)
      const { view } = market.participants.creator.node.follower
      const job = view.current().jobs.get(id)
      if (!job || !view.current().head) throw new Error('no job')
      expect(isTooLate(job.offer, view.current().head!.time)).toBe(true)
      const statement: Operation = [
        'custom_json',
        {
          required_auths: [],
          required_posting_auths: ['encoder'],
          id: 'spk-encoder-dev',
          json: formatOperation(aDelivery(job.offer)),
        },
      ]
      await market.chain.broadcast([statement], ['encoder', 'posting'])
      await market.live(2)
      market.behaviour.asleep.clear()
      await settled(market, id)
      expect(view.current().jobs.get(id)).toMatchObject({
        ruling: { faults: [{ code: 'delivered-late' }] },
      })
    },
    paid: false,
    fee: true,
  },
  {
    who: 'an encoder delivers, then deletes',
    play: async (market, id) => {
      for (const name of ['creator', 'arbiter'] as const)
        market.behaviour.findings.set(name, deleted)
      await settled(market, id)
      expect(jobOf(market, id)).toMatchObject({ ruling: { faults: deleted } })
    },
    paid: false,
    fee: true,
  },
  {
    who: 'a creator vanishes after delivery',
    play: async (market, id) => {
      await until(market, phaseIs(market, id, 'accepted'))
      market.behaviour.asleep.add('creator')
      await until(market, phaseIs(market, id, 'delivered'))
      market.sleep(86_000)
      await market.live(1)
      await settled(market, id)
      expect(jobOf(market, id)).toMatchObject({ dispute: { by: 'encoder' } })
    },
    paid: true,
    fee: true,
  },
  {
    who: 'a creator disputes good work',
    play: async (market, id) => {
      market.behaviour.findings.set('creator', junk)
      await settled(market, id)
      expect(jobOf(market, id)).toMatchObject({
        dispute: { by: 'creator' },
        ruling: { verdict: 'pass' },
      })
    },
    paid: true,
    fee: true,
  },
  {
    who: 'an arbiter never approves',
    play: async (market, id) => {
      market.behaviour.asleep.add('arbiter')
      await until(market, phaseIs(market, id, 'awarded'))
      market.sleep(200)
      await market.live(2)
      await until(market, () => {
        const { escrows } = market.participants.encoder.node.follower.view.current()
        return escrows.size === 0
      })
    },
    paid: false,
    fee: false,
  },
  {
    who: 'an arbiter approves and sleeps',
    play: async (market, id) => {
      await until(market, phaseIs(market, id, 'accepted'))
      market.behaviour.asleep.add('arbiter')
      for (const name of ['creator', 'arbiter'] as const) market.behaviour.findings.set(name, junk)
      await until(market, phaseIs(market, id, 'delivered'))
      await market.live(15)
      market.sleep(400_000)
      await market.live(3)
      market.behaviour.asleep.clear()
      await settled(market, id)
    },
    paid: false,
    fee: true,
  },
  {
    who: 'an RPC node lies about a block',
    play: wholeWith(lyingAbout(asksBlocks, withoutTransactions)),
    paid: true,
    fee: true,
  },
  {
    who: 'an RPC node lags',
    play: wholeWith(
      lyingAbout(
        ({ method }) => method === 'database_api.get_dynamic_global_properties',
        (result) => ({
          ...result,
          last_irreversible_block_num: Math.max(
            1,
            Number(result['last_irreversible_block_num']) - 5,
          ),
        }),
      ),
    ),
    paid: true,
    fee: true,
  },
  {
    who: 'an RPC node drops virtual operations',
    play: wholeWith(
      lyingAbout(
        ({ method }) => method === 'account_history_api.enum_virtual_ops',
        (result) => ({ ...result, ops: [] }),
      ),
    ),
    paid: true,
    fee: true,
  },
  {
    who: 'an RPC node sends on twice and answers twice',
    play: wholeWith(async ({ method }, forward) => {
      if (method !== 'condenser_api.broadcast_transaction') return null
      const first = JSON.stringify(await forward())
      return { type: 'body', body: first + JSON.stringify(await forward()) }
    }),
    paid: true,
    fee: true,
  },
]

test.each(rows.map((row) => [row.who, row] as const))(
  'the honest side is whole where %s',
  { timeout: 60_000 },
  async (_, row) => {
    await using market = await aMarket('on a clock', {}, null, {}, 'a liar and two more')
    await market.live(4)
    const before = await balancesOf(market)
    const job = await market.post('1'.padStart(16, '0'))
    await row.play(market, job)
    await market.live(2)
    const after = await balancesOf(market)
    const award = market.submissions
      .flatMap(({ request }) => request.operations)
      .find(([name]) => name === 'escrow_transfer')
    const price = milliOf(String(award?.[1]['hbd_amount']))
    const paid = row.paid ? price : 0n
    const taken = row.fee ? fee : 0n
    expect(price).toBeGreaterThan(0n)
    expect(after.map((amount, index) => amount - before[index]!)).toEqual([
      -(paid + taken),
      paid,
      taken,
    ])
  },
)

async function balancesOf({ chain }: MarketInProcess): Promise<readonly bigint[]> {
  const found = await chain.client.database.getAccounts(['creator', 'encoder', 'arbiter'])
  return found.map(({ hbd_balance }) => milliOf(String(hbd_balance)))
}

function milliOf(text: string): bigint {
  return BigInt(text.replace(' HBD', '').replace('.', ''))
}
