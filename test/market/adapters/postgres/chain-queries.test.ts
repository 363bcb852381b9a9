import { drizzle } from 'drizzle-orm/node-postgres'
import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { explainStanding } from '#contracts/explain-standing.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { meritsOf } from '#contracts/reputation.ts'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import type { OpenedPostgres } from '#market/adapters/postgres/database.ts'
import type { JobsQuestion, Page, PageOptions } from '#market/ports/chain-queries.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import {
  account,
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  height,
} from '#test/support/builders.ts'
import { everyChoice } from '#test/support/every-choice.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { randomMarket } from '#test/support/random-market.ts'
import {
  approves,
  createTestChain,
  funds,
  releases,
  says,
  startTime,
  virtually,
} from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const patient = { timeout: 20_000, interval: 100 }

async function allPages<Row>(
  ask: (page: PageOptions) => Promise<Page<Row>>,
  limit: number,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  do {
    const page = await ask({ limit, after })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    rows.push(...page.rows)
    after = page.next ?? undefined
  } while (after !== undefined)
  return rows
}

/** What is read of an account is what the ledger itself says of it. */
async function expectAsInLedger(opened: OpenedPostgres, ledger: Ledger): Promise<void> {
  const queries = createChainQueries(opened.database)
  const now = height(ledger.head?.height ?? 0)
  for (const who of ledger.standings.keys()) {
    const explained = explainStanding(ledger, who, now)
    const { at, scores } = await queries.reputation(who)
    expect(at?.height).toBe(now)
    for (const { role, score, low, high, entries } of explained) {
      const told = scores.find((each) => each.role === role)
      expect(told).toMatchObject({ score, low, high, ...meritsOf(ledger, who, role, now) })
      const evidence = await allPages((page) => queries.evidence(who, role, page), 3)
      const lasting = entries.filter(({ marks }) => !marks.includes('asleep'))
      expect(evidence.toReversed()).toMatchObject(
        lasting.map(({ job, counterpart, at: when, marks, good, transactions: links }) => ({
          ...{ job, counterpart, at: when, marks, good, links },
        })),
      )
    }
  }
}

test('an account has the scores and the evidence that the whole ledger gives it', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  for (const blocks of fc.sample(randomMarket(), { numRuns: 5, seed: 11 })) {
    await store.clear()
    await expectAsInLedger(opened, await applyAll(store, blocks, [20]))
  }
})

test('a job is told with every step, its transactions and its money', async () => {
  await using opened = await openTestDatabase()
  const chain = createTestChain()
  const [offer, award] = [anOffer(), anAward()]
  chain.block(
    [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
    [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
    [says(alice, offer)],
  )
  chain.block([funds(award), says(alice, award)])
  chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  chain.block([says(bob, aDelivery(offer))])
  chain.block([releases(award, alice, bob, hbd(1n))])
  chain.block([releases(award, alice, bob, hbd(2n))])
  await applyAll(aProjectionStore(opened), chain.blocks(), [2])
  const queries = createChainQueries(opened.database)
  const told = await queries.job(offer.job)
  expect(told?.job).toEqual(chain.ledger().jobs.get(offer.job))
  expect(told?.events).toMatchObject([
    { height: 1, type: 'job-offered', actor: alice, receiver: null, amount: 10n },
    { height: 2, type: 'job-awarded', actor: alice, receiver: bob, amount: 3n },
    { height: 3, type: 'job-accepted', actor: carol, receiver: bob, amount: 3n },
    { height: 4, type: 'job-delivered', actor: bob, receiver: null, amount: null },
    { height: 5, type: 'escrow-paid', actor: alice, receiver: bob, amount: 1n },
    { height: 6, type: 'escrow-paid', actor: alice, receiver: bob, amount: 2n },
    { height: 6, type: 'job-settled', actor: alice, receiver: bob, amount: 3n },
  ])
  const transactions = chain.blocks().flatMap(({ operations }) => operations)
  for (const event of told?.events ?? [])
    expect(transactions.map(({ transaction }) => transaction)).toContain(event.transaction)
  const figures = await queries.figures({ from: 0, to: 2 * startTime })
  expect(figures).toMatchObject({
    held: 0n,
    days: [{ day: 950_400, acceptedJobs: 1, escrowed: 3n, paid: 3n, returned: 0n }],
    medianPrice: 3n,
    medianPricePerMinute: 6n,
  })
})

test('who nobody has dealt with, and what nobody has offered, is told as such', async () => {
  await using opened = await openTestDatabase()
  const queries = createChainQueries(opened.database)
  expect(await queries.reputation(alice)).toEqual({ account: alice, at: null, scores: [] })
  expect(await queries.job(anOffer().job)).toBeNull()
  expect(await queries.figures({ from: 0, to: 1 })).toMatchObject({
    ...{ at: null, held: 0n, days: [], medianPrice: null },
  })
  for (const after of ['', 'x', 'W10', Buffer.from('[1,2,3]').toString('base64url')])
    await expect(queries.evidence(alice, 'encoder', { after, limit: 5 })).rejects.toMatchObject({
      code: 'cursor-unknown',
    })
})

describe('with a thousand jobs,', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>
  let ledger: Ledger
  beforeAll(async () => {
    opened = await openTestDatabase()
    const blocks = [...busyMarket({ blocks: 500, jobsPerBlock: 2 })]
    ledger = await applyAll(aProjectionStore(opened), blocks, [100])
    return () => opened[Symbol.asyncDispose]()
  }, 60_000)

  test('jobs are listed once each, the newest offer first, by whose they are and how far', async () => {
    const queries = createChainQueries(opened.database)
    const ids = async (question: JobsQuestion) =>
      (await allPages((page) => queries.jobs(question, page), 90)).map(({ id }) => id)
    const known = [...ledger.jobs.values()]
      .toSorted((left, right) => (left.id < right.id ? 1 : -1))
      .toSorted((left, right) => right.offeredAt.height - left.offeredAt.height)
    expect(await ids({})).toEqual(known.map(({ id }) => id))
    const { creator, phase } = known[0]!
    expect(await ids({ creator, phases: [phase] })).toEqual(
      known.filter((job) => job.creator === creator && job.phase === phase).map(({ id }) => id),
    )
  })

  test('the directory has everybody once, the best first', async () => {
    const queries = createChainQueries(opened.database)
    const all = await allPages((page) => queries.accounts('encoder', page), 7)
    expect(all).toHaveLength(50)
    expect(new Set(all.map((entry) => entry.account)).size).toBe(50)
    const scores = all.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((left, right) => right - left))
    expect(all[0]?.node).toEqual(ledger.nodes.get(all[0]?.account ?? alice))
  })

  test('no question reads a whole table', async () => {
    // A page that another transaction might not see yet is looked up, index or not.
    const settled = `select 1 from pg_class where relname in ('chain_job_events', 'chain_jobs') and relallvisible > 0.9 * relpages`
    await expect
      .poll(async () => {
        await opened.pool.query('vacuum analyze')
        return (await opened.pool.query(settled)).rowCount
      }, patient)
      .toBe(2)
    const asked: { sql: string; params: unknown[] }[] = []
    const database = drizzle(opened.pool, {
      casing: 'snake_case',
      logger: { logQuery: (sql, params) => asked.push({ sql, params }) },
    })
    const queries = createChainQueries(database)
    const someone = account('encoder7')
    const [job] = ledger.jobs.keys()
    await queries.reputation(someone)
    const first = await queries.evidence(someone, 'encoder', { limit: 3 })
    await queries.evidence(someone, 'encoder', { limit: 3, after: first.next ?? '' })
    const best = await queries.accounts('creator', { limit: 3 })
    await queries.accounts('creator', { limit: 3, after: best.next ?? '' })
    const [paid] = (await queries.jobs({ phases: ['settled'] }, { limit: 1 })).rows
    if (paid?.phase !== 'settled') throw new Error('nothing is settled')
    const { creator, phase, award } = paid
    for (const question of everyChoice({ creator, encoder: award.encoder, phases: [phase] }))
      await queries.jobs(question, { limit: 3 })
    await queries.job(job ?? anOffer().job)
    await queries.eventsAfter(4_000, 100)
    await queries.figures({ from: startTime + 1_000, to: startTime + 1_300 })
    const selects = asked.filter(({ sql }) => sql.startsWith('select'))
    expect(selects.length).toBeGreaterThan(15)
    for (const { sql, params } of selects) {
      const { rows } = await opened.pool.query(`explain (format json) ${sql}`, params)
      const plan = JSON.stringify(rows)
      // Tables of a few hundred rows are cheapest to read whole.
      const whole = plan.match(/"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g) ?? []
      expect([sql, whole.filter((scan) => !/cursor|nodes|escrows|standings"/.test(scan))]).toEqual([
        sql,
        [],
      ])
      if (/percentile|count\(\*\)|"page"/.test(sql)) expect(plan).toContain('Index Only Scan')
    }
  })
})
