import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Operation } from '@hiveio/dhive'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { transactionId } from '#node/chain/transactions.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import { formatOperation } from '#protocol/operation.ts'
import { SignedTransaction } from '#protocol/transaction.ts'
import { aRegistration, hashHex, hbd, jobId, peerId } from '../../support/builders.ts'
import { keyOf } from '../../support/devchain.ts'
import type { MarketInProcess } from '../../support/market-in-process.ts'
import { aMarket } from '../../support/market-in-process.ts'
import { createHivedOracle } from '../devchain/hive/hived-oracle.ts'

/** Every transaction that our nodes sign, as the real services sign it in every turn a job can take, held against hived's own code. */

const root = fileURLToPath(new URL('../../..', import.meta.url))
const oracle = createHivedOracle()
let market: MarketInProcess

beforeAll(async () => {
  market = await aMarket('on a clock')
  await market.live(4)
  await playEveryTurn(market)
}, 120_000)
afterAll(() => market?.[Symbol.asyncDispose]())

/** Of no use to a market of one version: for jobs by a recipe of an earlier one. Their one operation is that of a job given back. */
const forEarlierRecipes = /\/retire-job\.ts:/

test('every place that hands something to the outbox was reached', () => {
  const reached = new Set(market.submissions.map(({ caller }) => caller))
  const places = [...submittingPlaces()].filter((place) => !forEarlierRecipes.test(place))
  expect([...reached].sort()).toEqual(places.sort())
})

test('operations of the outbox are built in one file, and each kind was signed', () => {
  const built = new Set(
    market.submissions.flatMap(({ request }) => request.operations.map(([name]) => name)),
  )
  const known = readFileSync(join(root, 'market/domain/hive-operations.ts'), 'utf8')
  const names = [...known.matchAll(/^ {4}'([a-z_]+)',$|return \['([a-z_]+)'/gm)].map(
    ([, block, line]) => block ?? line,
  )
  expect([...built].sort()).toEqual([...new Set(names)].sort())
})

describe('id, digest, signers and authorities of every transaction', () => {
  test('are those of hived, and hived finds each one valid', async () => {
    const transactions = signedTransactions(market)
    expect(transactions.length).toBeGreaterThan(20)
    for (const { key, account, id, transaction, roles } of transactions) {
      const wax = (await oracle()).createTransactionFromLegacyJson(transaction as never)
      wax.validate()
      expect(wax.legacy_id, key).toBe(id)
      expect(transactionId(transaction), key).toBe(id)
      const digest = Buffer.from(wax.legacy_sigDigest, 'hex')
      const signatures = roles.map((role) => keyOf([account, role]).sign(digest).toString())
      expect(transaction.signatures, key).toEqual(signatures)
      expect([...wax.legacy_signatureKeys].sort(), key).toEqual(
        roles.map((role) => devchainPublicKey(account, role)).sort(),
      )
      const { posting, active, owner } = wax.requiredAuthorities
      expect({ posting: [...posting], active: [...active], owner: [...owner] }, key).toEqual({
        posting: roles.includes('posting') ? [account] : [],
        active: roles.includes('active') ? [account] : [],
        owner: [],
      })
    }
  })

  test('would not be on another chain', async () => {
    const [{ transaction }] = signedTransactions(market)
    const { createWaxFoundation } = await import('@hiveio/wax')
    const other = await createWaxFoundation({ chainId: '0'.repeat(64) })
    const here = (await oracle()).createTransactionFromLegacyJson(transaction as never)
    const there = other.createTransactionFromLegacyJson(transaction as never)
    expect(there.legacy_id).toBe(here.legacy_id)
    expect(there.legacy_sigDigest).not.toBe(here.legacy_sigDigest)
  })
})

test('no money was made or lost on the way', async () => {
  const names = ['creator', 'encoder', 'arbiter', 'stranger']
  const accounts = await market.chain.client.database.getAccounts(names)
  const { escrows } = (await market.chain.call('database_api.list_escrows', {
    start: ['', 0],
    limit: 100,
    order: 'by_from_id',
  })) as { escrows: unknown[] }
  expect(escrows).toEqual([])
  const sum = accounts.reduce(
    (total, { hbd_balance }) => total + Number.parseFloat(String(hbd_balance)),
    0,
  )
  expect(sum).toBeCloseTo(200, 3)
})

/** Plays jobs so that every kind of intention comes up. */
async function playEveryTurn({
  chain,
  behaviour,
  post,
  live,
  sleep,
  participants,
}: MarketInProcess): Promise<void> {
  const play = async (number: number, rounds: number, how: Partial<typeof behaviour>) => {
    Object.assign(behaviour, { work: 'delivers', verdict: 'pass', encoder: 'awake' }, how)
    await post(number.toString(16).padStart(16, '0'))
    await live(rounds)
  }
  /** The only encoder is set aside for a while after each failure. */
  const forgiven = async (): Promise<void> => {
    sleep(86_400)
    await live(2)
  }
  await play(1, 20, {})
  await play(2, 24, { verdict: 'fail' })
  await forgiven()
  await play(3, 20, { work: 'cannot' })
  expect(phaseOf(participants, 3)).toBe('settled')
  await forgiven()
  // Nobody bids: the ceiling is below every price.
  await participants.creator.roles.creator?.postJob(
    { reference: '4'.padStart(16, '0'), path: '/video.mp4', ceiling: 1n as never },
    AbortSignal.timeout(30_000),
  )
  await live(28)
  // Overdue: the creator disputes with nothing to attest to, and the arbiter rules without a delivery.
  await play(5, 12, { work: 'never ends' })
  expect(phaseOf(participants, 5)).toBe('accepted')
  behaviour.encoder = 'asleep'
  sleep(3_600)
  await live(10)
  expect(phaseOf(participants, 5)).toBe('settled')
  await forgiven()
  // Unpaid: the creator never checks, and the encoder disputes before the escrow expires.
  await play(6, 12, { verdict: 'never' })
  expect(phaseOf(participants, 6)).toBe('delivered')
  sleep(86_000)
  await live(4)
  behaviour.verdict = 'pass'
  await live(8)
  expect(phaseOf(participants, 6)).toBe('settled')
  // The owner calls the arbiter himself and says why, and the arbiter finds the work good.
  await play(10, 12, { verdict: 'never' })
  const { creator } = participants.creator.roles
  creator?.dispute(jobId('creator', 10), { text: 'From 0:12 on it is black.' })
  behaviour.verdict = 'pass'
  await live(10)
  expect(phaseOf(participants, 10)).toBe('settled')
  // Everybody sleeps until the escrow has expired: the encoder takes what it earned, the creator what was never earned.
  await play(7, 12, { verdict: 'never' })
  expect(phaseOf(participants, 7)).toBe('delivered')
  await sleepPast({ behaviour, live, sleep }, 200_000, 'creator')
  behaviour.encoder = 'awake'
  await live(8)
  behaviour.asleep.clear()
  await live(3)
  expect(phaseOf(participants, 7)).toBe('settled')
  await play(8, 12, { work: 'never ends' })
  await sleepPast({ behaviour, live, sleep }, 200_000, 'creator')
  behaviour.asleep.clear()
  await live(8)
  expect(phaseOf(participants, 8)).toBe('settled')
  await forgiven()
  // Nobody can fetch the work: the offer's other arbiter is asked, and never answers.
  await registerAsArbiter(chain, 'stranger')
  await live(3)
  behaviour.findings.set('creator', [{ code: 'unavailable' }])
  behaviour.findings.set('arbiter', [{ code: 'unavailable' }])
  await play(9, 30, {})
  expect(phaseOf(participants, 9)).toBe('delivered')
  sleep(3_700)
  await live(6)
  behaviour.findings.clear()
  expect(phaseOf(participants, 9)).toBe('settled')
  await refuseAStranger(chain, live)
  chain.produceBlocks(1_000)
  await live(1)
  participants.creator.publishCheckpoint()
  await live(2)
}

/** The encoder and one other sleep for so long. */
async function sleepPast(
  { behaviour, live, sleep }: Pick<MarketInProcess, 'behaviour' | 'live' | 'sleep'>,
  seconds: number,
  other: 'creator',
): Promise<void> {
  behaviour.encoder = 'asleep'
  behaviour.asleep.add(other)
  sleep(seconds)
  await live(3)
}

async function registerAsArbiter(chain: MarketInProcess['chain'], name: string): Promise<void> {
  const statement: Operation = [
    'custom_json',
    {
      required_auths: [],
      required_posting_auths: [name],
      id: 'spk-encoder-dev',
      json: formatOperation(
        aRegistration({ peer: peerId(name), roles: ['arbiter'], arbiter: { fee: hbd(5n) } }),
      ),
    },
  ]
  await chain.broadcast([statement], [name, 'posting'])
}

/** Somebody opens an escrow with the market's meta for a job that nobody awarded. */
async function refuseAStranger(
  chain: MarketInProcess['chain'],
  live: MarketInProcess['live'],
): Promise<void> {
  const time = (seconds: number) =>
    new Date((chain.head.time + seconds) * 1_000).toISOString().slice(0, 19)
  const transfer: Operation = [
    'escrow_transfer',
    {
      from: 'stranger',
      to: 'encoder',
      agent: 'arbiter',
      escrow_id: 1,
      hbd_amount: '1.000 HBD',
      hive_amount: '0.000 HIVE',
      fee: '0.001 HBD',
      json_meta: JSON.stringify({
        app: 'spk-encoder-dev',
        job: jobId('stranger'),
        bid: hashHex('x'),
      }),
      ratification_deadline: time(3_000),
      escrow_expiration: time(9_000),
    },
  ]
  await chain.broadcast([transfer], 'stranger')
  await live(4)
}

function phaseOf({ creator }: MarketInProcess['participants'], number: number) {
  return creator.node.follower.view.current().jobs.get(jobId('creator', number))?.phase
}

type Signed = {
  readonly key: string
  readonly account: HiveAccount
  readonly id: string
  readonly transaction: SignedTransaction
  readonly roles: readonly SigningRole[]
}

function signedTransactions({ submissions, participants }: MarketInProcess): [Signed, ...Signed[]] {
  const found = submissions.map(({ request }): Signed => {
    const { key, account, roles } = request
    const node = Object.values(participants).find((each) => each.account === account)?.node
    const entry = node?.outboxStore.find(key)
    if (!entry) throw new Error(`${key} was kept`)
    return {
      key,
      account,
      id: entry.id,
      transaction: SignedTransaction.parse(entry.transaction),
      roles,
    }
  })
  return found as [Signed, ...Signed[]]
}

/** Lines of the product that call the outbox, `market/services/submit.ts` itself left out: all go through it or are counted here. */
function submittingPlaces(): readonly string[] {
  return ['market', 'node'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('services/submit.ts'))
      .flatMap((name) => placesIn(join(folder, name))),
  )
}

function placesIn(path: string): readonly string[] {
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      /\b(ensureSubmitted|outbox\.submit)\(/.test(line) ? [`${path}:${index + 1}`] : [],
    )
}
