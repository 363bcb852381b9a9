import type { Operation } from '@hiveio/dhive'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Escrow } from '#contracts/escrow.ts'
import { formatChainTime } from '#protocol/ids.ts'
import { hashHex, jobId } from '../../support/builders.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'
import { testNetwork } from '../../support/test-chain.ts'

/** The ledger's mirror of escrows against the chain's own list of them, at every block of random histories. */

const people = ['alice', 'bob', 'carol'] as const
const person = fc.constantFrom(...people)
/** Numbers from ten on belong to another application. */
const number = fc.constantFrom(1, 1, 2, 12)
const milli = fc.constantFrom(1, 2, 5, 10)

const usual = { from: fc.constant('alice'), to: fc.constant('bob'), agent: fc.constant('carol') }
const parties = fc.oneof(
  { arbitrary: fc.record(usual), weight: 8 },
  { arbitrary: fc.record({ from: person, to: person, agent: person }), weight: 1 },
)
const deed = fc.record({
  what: fc.oneof(
    { arbitrary: fc.constantFrom('open', 'approve', 'approve'), weight: 3 },
    { arbitrary: fc.constantFrom('refuse', 'dispute', 'release', 'release', 'wait'), weight: 2 },
  ),
  parties,
  number,
  who: person,
  receiver: fc.constantFrom('alice', 'bob'),
  milli,
  seconds: fc.integer({ min: 3, max: 40 }),
})
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never

test('is what the chain says at every block', { timeout: 60_000 }, async () => {
  const seen = new Set<string>()
  const block = fc.array(deed, { maxLength: 4 })
  const sides = { from: 'alice', to: 'bob', agent: 'carol' } as const
  const base = { parties: sides, number: 1, milli: 5, seconds: 30, receiver: 'bob' } as const
  const wholeLife: Deed[][] = [
    [{ ...base, what: 'open', who: 'alice' }],
    [{ ...base, what: 'approve', who: 'bob' }],
    [{ ...base, what: 'approve', who: 'carol' }],
    [{ ...base, what: 'dispute', who: 'alice' }],
    [{ ...base, what: 'release', who: 'carol', milli: 2 }],
    [{ ...base, what: 'release', who: 'carol', milli: 2, receiver: 'alice' }],
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(block, { minLength: 10, maxLength: 30 }), async (history) => {
      await using chain = await aDevchain({
        accounts: Object.fromEntries(people.map((name) => [name, { hbd: '1.000 HBD' }])),
      })
      chain.produceBlocks(1)
      await using node = aChainNode({ urls: [chain.url] })
      const openedBy = new Map<string, string>()
      for (const deeds of history) {
        for (const each of deeds) {
          const id = await attempt(chain, each)
          if (id && each.what === 'open') openedBy.set(`${each.parties.from}/${each.number}`, id)
        }
        chain.produceBlocks(1)
        await node.catchUp()
        const mirrored = [...node.follower.view.current().escrows.values()].map(printMirrored)
        expect(mirrored.sort(compare)).toEqual((await listedBy(chain)).sort(compare))
        for (const [key, { phase, terms }] of node.follower.view.current().escrows) {
          seen.add(phase)
          // Numbers are used again: only with the transaction that opened it is an escrow known.
          expect(terms.opened.transaction).toBe(openedBy.get(key))
        }
      }
    }),
    { numRuns: 12, examples: [[wholeLife]] },
  )
  expect([...seen].sort()).toEqual(['disputed', 'funded', 'pending'])
})

/** Tries something, and resolves to its transaction's id; the chain refuses much of it. */
async function attempt(chain: TestDevchain, { what, ...deed }: Deed): Promise<string | undefined> {
  if (what === 'wait') return undefined
  const operation = operationOf(chain, { what, ...deed })
  const signer = what === 'open' ? deed.parties.from : deed.who
  return chain.broadcast([operation], signer).catch(() => undefined)
}

function operationOf({ head }: TestDevchain, deed: Deed): Operation {
  const sides = { ...deed.parties, escrow_id: deed.number }
  const amounts = {
    hbd_amount: `0.0${String(deed.milli).padStart(2, '0')} HBD`,
    hive_amount: '0.000 HIVE',
  }
  const { who, receiver } = deed
  switch (deed.what) {
    case 'open':
      return [
        'escrow_transfer',
        {
          ...sides,
          ...amounts,
          fee: '0.001 HBD',
          json_meta: metaOf(deed.number),
          ratification_deadline: formatChainTime((head.time + deed.seconds) as never),
          escrow_expiration: formatChainTime((head.time + 60) as never),
        },
      ] as Operation
    case 'approve':
      return ['escrow_approve', { ...sides, who, approve: true }]
    case 'refuse':
      return ['escrow_approve', { ...sides, who, approve: false }]
    case 'dispute':
      return ['escrow_dispute', { ...sides, who }]
    default:
      return ['escrow_release', { ...sides, ...amounts, who, receiver }]
  }
}

function metaOf(escrow: number): string {
  const app = escrow < 10 ? testNetwork.operationId : 'another-app'
  return JSON.stringify({ app, job: jobId('alice', escrow), bid: hashHex('bid') })
}

type Printed = Readonly<Record<string, unknown>> & { readonly key: string }

/** What both sides say of an escrow. */
function printMirrored(escrow: Escrow): Printed {
  const { terms } = escrow
  const approvals = escrow.phase === 'closed' ? [] : escrow.approvals.map(({ by }) => by)
  const isPending = escrow.phase === 'pending'
  return {
    key: `${terms.from}/${terms.id}`,
    to: terms.to,
    agent: terms.agent,
    hasTo: approvals.includes(terms.to),
    hasAgent: approvals.includes(terms.agent),
    isDisputed: escrow.phase === 'disputed',
    held: Number(isPending || escrow.phase === 'closed' ? terms.hbd : escrow.held),
    fee: isPending ? Number(terms.fee) : 0,
    ratification: formatChainTime(terms.ratificationDeadline),
    expiration: formatChainTime(terms.expiration),
  }
}

/** An escrow as `database_api.find_escrows` lists it. */
type Listed = Readonly<
  Record<'from' | 'to' | 'agent' | 'ratification_deadline' | 'escrow_expiration', string>
> &
  Readonly<Record<'to_approved' | 'agent_approved' | 'disputed', boolean>> &
  Readonly<Record<'hbd_balance' | 'pending_fee', { readonly amount: string }>> & {
    readonly escrow_id: number
  }

async function listedBy(chain: TestDevchain): Promise<Printed[]> {
  const lists = await Promise.all(
    people.map((from) => chain.call('database_api.find_escrows', { from })),
  )
  return (lists as { escrows: Listed[] }[])
    .flatMap(({ escrows }) => escrows)
    .filter(({ escrow_id }) => escrow_id < 10)
    .map((listed) => ({
      key: `${listed.from}/${listed.escrow_id}`,
      to: listed.to,
      agent: listed.agent,
      hasTo: listed.to_approved,
      hasAgent: listed.agent_approved,
      isDisputed: listed.disputed,
      held: amountOf(listed.hbd_balance),
      fee: amountOf(listed.pending_fee),
      ratification: listed.ratification_deadline,
      expiration: listed.escrow_expiration,
    }))
}

function amountOf({ amount }: { readonly amount: string }): number {
  return Number(amount)
}

function compare(left: Printed, right: Printed): number {
  return left.key < right.key ? -1 : 1
}
