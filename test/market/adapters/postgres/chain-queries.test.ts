import { drizzle } from 'drizzle-orm/node-postgres'
import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Role } from '#contracts/deeds.ts'
import { explainStanding } from '#contracts/explain-standing.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { History } from '#contracts/fold-history.ts'
import { customToKnow, foldHistory, joinHistories } from '#contracts/fold-history.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { meritsOf, scoreOf } from '#contracts/reputation.ts'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import type { OpenedPostgres } from '#market/adapters/postgres/database.ts'
import type {
  AccountEntry,
  AccountsQuestion,
  JobsQuestion,
  Page,
  PageOptions,
  ScorePoint,
} from '#market/ports/chain-queries.ts'
import { createScoreKeeper, roles, stepBlocks } from '#market/services/keep-scores.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import {
  account,
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  blockId,
  bob,
  carol,
  cid,
  encoderProfile,
  hbd,
  height,
  time,
} from '#test/support/builders.ts'
import { everyChoice } from '#test/support/every-choice.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { randomMarket } from '#test/support/random-market.ts'
import {
  approves,
  createTestChain,
  disputes,
  funds,
  genesis,
  releases,
  says,
  startTime,
  testNetwork,
  virtually,
} from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const arbiter = account('arbiter0')

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

test('what scores were is told as the chain had them, and thinned to even distances', async () => {
  await using opened = await openTestDatabase()
  const blocks = [...busyMarket({ blocks: 60, jobsPerBlock: 1 })]
  await applyAll(aProjectionStore(opened), blocks, [17])
  const queries = createChainQueries(opened.database)
  const known: ScorePoint[] = []
  let ledger = genesis()
  for (const block of blocks) {
    const before = ledger
    ledger = foldBlocks(ledger, [block], testNetwork).ledger
    const record = ledger.standings.get(arbiter)?.arbiter
    if (record === before.standings.get(arbiter)?.arbiter) continue
    const score = scoreOf(ledger, arbiter, 'arbiter', block.height)
    known.push({ height: block.height, time: block.time, ...score, isDeed: true })
  }
  expect(known.length).toBeGreaterThan(8)
  const [first, last] = [known[0]?.height ?? 0, known.at(-1)?.height ?? 0]
  const ask = (from: number, to: number, points: number) =>
    queries.points(arbiter, { role: 'arbiter', from, to, points })
  expect(await ask(0, 1_000, 500)).toEqual({ points: known, isThinned: false })
  expect(await ask(first, first, 500)).toEqual({ points: known.slice(0, 1), isThinned: false })
  const thinned = await ask(first, last, 4)
  expect(thinned).toEqual({ points: expect.any(Array), isThinned: true })
  expect(thinned.points[0]).toEqual(known[0])
  expect(thinned.points.at(-1)).toEqual(known.at(-1))
  for (const point of thinned.points) expect(known).toContainEqual(point)
})

test('a score keeps its daily point while nobody deals with the account', () => {
  const blocks = [...busyMarket({ blocks: 60, jobsPerBlock: 1 })]
  const { ledger } = foldBlocks(genesis(), blocks, testNetwork)
  const head = { height: height(2 * stepBlocks), id: blockId(7), time: time(startTime * 2) }
  const keeper = createScoreKeeper()
  keeper.note(ledger, { ...ledger, head })
  keeper.note(ledger, { ...ledger, head: { ...head, height: height(2 * stepBlocks + 1) } })
  const steps = keeper.points().filter((point) => point.account === arbiter)
  expect(steps).toEqual([
    {
      ...{ account: arbiter, role: 'arbiter', isDeed: false },
      ...{ height: head.height, time: head.time },
      ...scoreOf(ledger, arbiter, 'arbiter', head.height),
    },
  ])
})

test('the custom of an account is told with what each counterpart is credited for', async () => {
  await using opened = await openTestDatabase()
  const blocks = [...busyMarket({ blocks: 60, jobsPerBlock: 1 })]
  const ledger = await applyAll(aProjectionStore(opened), blocks, [60])
  const queries = createChainQueries(opened.database)
  const now = height(ledger.head?.height ?? 0)
  const { credit } = meritsOf(ledger, arbiter, 'arbiter', now)
  const sum = (entries: readonly { readonly credit: bigint }[]) =>
    entries.reduce((all, each) => all + each.credit, 0n)
  const whole = await queries.custom(arbiter, 'arbiter', 100)
  expect(whole.custom.length).toBe(ledger.standings.get(arbiter)?.arbiter?.good.size)
  expect(sum(whole.custom)).toBe(credit)
  expect(whole.others).toEqual({ counterparts: 0, good: 0n, credit: 0n })
  const few = await queries.custom(arbiter, 'arbiter', 3)
  expect(few.custom).toEqual(whole.custom.slice(0, 3))
  expect(few.others.counterparts).toBe(whole.custom.length - 3)
  expect(sum(few.custom) + few.others.credit).toBe(credit)
})

/** Whatever anybody needs to know of an account's scores, asked as a page asks. */
async function historyFor(
  queries: ReturnType<typeof createChainQueries>,
  who: HiveAccount,
  until: number,
  limit: number,
): Promise<Ledger> {
  const ask = async (accounts: readonly HiveAccount[], role: Role): Promise<History[]> => {
    const parts: History[] = []
    let after: string | undefined
    do {
      const page = await queries.history({ accounts, role, until, after, limit })
      const samples = new Map(page.deliveries.map(({ job, ...sample }) => [job, sample]))
      parts.push({ blocks: page.blocks, samples })
      after = page.next ?? undefined
    } while (after !== undefined)
    return parts
  }
  const own = (await Promise.all(roles.map((role) => ask([who], role)))).flat()
  const custom = customToKnow(foldHistory(joinHistories(own), testNetwork), who)
  const others = await Promise.all([ask(custom.creator, 'creator'), ask(custom.encoder, 'encoder')])
  return foldHistory(joinHistories([...own, ...others.flat()]), testNetwork)
}

test('the operations that a score follows from make the same score, in pages of any size', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const queries = createChainQueries(opened.database)
  const busy = [...busyMarket({ blocks: 40, jobsPerBlock: 0.7 })]
  for (const blocks of [...fc.sample(randomMarket(), { numRuns: 6, seed: 21 }), busy]) {
    await store.clear()
    const ledger = await applyAll(store, blocks, [20])
    const now = height(ledger.head?.height ?? 0)
    for (const who of [...ledger.standings.keys()].slice(0, 6))
      for (const limit of [2, 25]) {
        const folded = await historyFor(queries, who, now, limit)
        const at = { ...folded, head: ledger.head }
        for (const role of roles)
          expect([who, role, scoreOf(at, who, role, now)]).toEqual([
            ...[who, role],
            scoreOf(ledger, who, role, now),
          ])
      }
  }
})

test('a disputed job is told with what its escrow holds and what its parties say', async () => {
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
  chain.block([releases(award, alice, bob, hbd(1n))])
  const text = 'Von 0:02 an „schwarz“.\n👎'
  chain.block([
    disputes(award, alice),
    says(alice, { v: 1, t: 'job.evidence', job: offer.job, text, evidence: cid('picture') }),
  ])
  await applyAll(aProjectionStore(opened), chain.blocks(), [2])
  const told = await createChainQueries(opened.database).job(offer.job)
  expect(told?.job).toEqual(chain.ledger().jobs.get(offer.job))
  expect(told?.escrow).toEqual([...chain.ledger().escrows.values()][0])
  expect(told?.escrow).toMatchObject({ phase: 'disputed', held: award.price - 1n })
  expect(told?.events.slice(-2).map(({ type, actor }) => [type, actor])).toEqual([
    ['job-disputed', alice],
    ['evidence-given', alice],
  ])
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
  expect(told?.escrow).toBeNull()
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

/** When the last job was settled that says something of an encoder. */
function newestDeed({ jobs }: Ledger): number {
  const settled = [...jobs.values()].flatMap((job) =>
    job.phase === 'settled' ? [job.settledAt.time] : [],
  )
  return Math.max(...settled)
}

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
    const all = await allPages((page) => queries.accounts({ role: 'encoder' }, page), 7)
    expect(all).toHaveLength(50)
    expect(new Set(all.map((entry) => entry.account)).size).toBe(50)
    const scores = all.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((left, right) => right - left))
    expect(all[0]?.node).toEqual(ledger.nodes.get(all[0]?.account ?? alice))
    expect(all[0]?.roles).toEqual(['encoder'])
    const ask = async (question: Omit<AccountsQuestion, 'role'>) =>
      await allPages((page) => queries.accounts({ role: 'encoder', ...question }, page), 7)
    const names = (entries: readonly AccountEntry[]) => entries.map((entry) => entry.account)
    const byName = names(await ask({ sort: 'account' }))
    expect(byName.toSorted()).toEqual(names(all).toSorted())
    expect(names(await ask({ sort: 'account', search: 'encoder4' })).toSorted()).toEqual(
      ['', ...'0123456789'].map((digit) => `encoder4${digit}`).toSorted(),
    )
    expect(names(await ask({ search: 'ncoder4' }))).toEqual([])
    const active = (await ask({ sort: 'active' })).map(({ activeTime }) => activeTime)
    expect(active).toEqual(active.toSorted((left, right) => right - left))
    expect(active).toHaveLength(50)
    expect(active[0]).toBe(newestDeed(ledger))
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
    const best = await queries.accounts({ role: 'creator' }, { limit: 3 })
    await queries.accounts({ role: 'creator' }, { limit: 3, after: best.next ?? '' })
    for (const sort of ['account', 'active'] as const) {
      const page = await queries.accounts({ role: 'encoder', sort, search: 'e' }, { limit: 3 })
      const after = page.next ?? ''
      await queries.accounts({ role: 'encoder', sort }, { limit: 3, after })
    }
    const range = { role: 'encoder', from: 0, to: 1_000, points: 4 } as const
    expect(await queries.points(someone, range)).toMatchObject({ isThinned: true })
    await queries.custom(someone, 'encoder', 5)
    const creators = ['creator7', 'creator8'].map(account)
    const asks = { accounts: creators, role: 'creator', until: 400, limit: 3 } as const
    const page = await queries.history(asks)
    await queries.history({ ...asks, after: page.next ?? '' })
    await queries.history({ ...asks, accounts: [account('arbiter1')], role: 'arbiter' })
    const [paid] = (await queries.jobs({ phases: ['settled'] }, { limit: 1 })).rows
    if (paid?.phase !== 'settled') throw new Error('nothing is settled')
    const { creator, phase, award } = paid
    for (const question of everyChoice({ creator, encoder: award.encoder, phases: [phase] }))
      await queries.jobs(question, { limit: 3 })
    await queries.job(job ?? anOffer().job)
    await queries.eventsAfter(4_000, 100)
    await queries.figures({ from: startTime + 1_000, to: startTime + 1_300 })
    const selects = asked.filter(({ sql }) => /^\s*(select|with)/.test(sql))
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
