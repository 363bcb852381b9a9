import type { Job } from '#contracts/job.ts'
import { isTooLate } from '#contracts/ruling.ts'
import { MarketError } from '#market/errors.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { World } from './market-world.ts'
import { createWorld } from './market-world.ts'
import type { SimulatedPeer } from './simulated-peer.ts'
import type { Conduct } from './work.ts'

/** A whole market of one seed: as many nodes and jobs as asked, and everything that can go wrong between them. */
export type SimulationTerms = {
  readonly seed: number
  readonly peers: number
  readonly jobs: number
}

export type Income = {
  readonly encoder: HiveAccount
  readonly conduct: Conduct
  /** Milli-HBD: what escrows paid it, and what it is owed by its awards for work that it delivered in time. */
  readonly paid: bigint
  readonly owed: bigint
}

export type SimulationSummary = SimulationTerms & {
  readonly blocks: number
  readonly paid: number
  readonly failed: number
  readonly deaths: number
  readonly cuts: number
  readonly incomes: readonly Income[]
  /** What should not have happened; empty where all that must hold held. */
  readonly violations: readonly string[]
}

/** What befalls the market, in hundredths of messages, blocks and nodes. */
const faults = {
  ...{ loss: 8, delay: 10, lag: 10 },
  ...{ late: 10, twice: 5, unanswered: 5 },
  ...{ kills: 1, cuts: 4 },
}

/** Seconds by which a clock is wrong at most: what NTP leaves is less, and what gossip forgives is more. */
const skewSeconds = 45

/** Of ten encoders seven are honest; the others do what encoders of their kind do. */
const wrongs: readonly Conduct[] = [
  'careless',
  'broken',
  'silent',
  'slow',
  'half-done',
  'vanishing',
]

/** Milli-HBD that a creator would pay at most: over twice what the large film costs. */
const ceiling = 60n

const useless: ReadonlySet<Conduct> = new Set(['careless', 'broken', 'silent'])

/** Blocks in which all that was posted must come to its end, once nobody is struck any more. */
const patience = 2_000

/** Plays a market to its end and says what broke; a defect of the market is a violation, not an exception. */
export async function simulate(terms: SimulationTerms): Promise<SimulationSummary> {
  const violations: string[] = []
  const onRejection = (reason: unknown): void =>
    void violations.push(`unhandled rejection: ${reason}`)
  process.on('unhandledRejection', onRejection)
  try {
    const played = await play(terms, violations)
    // A rejection that nobody handles is told after the microtasks of its turn.
    await new Promise((resolve) => setImmediate(resolve))
    return played
  } finally {
    process.off('unhandledRejection', onRejection)
  }
}

async function play(terms: SimulationTerms, violations: string[]): Promise<SimulationSummary> {
  const world = createWorld(terms.seed, faults)
  const { creators, encoders } = populate(world, terms.peers)
  await world.open()
  const posted: { readonly peer: SimulatedPeer; readonly id: JobId }[] = []
  while (posted.length < terms.jobs) {
    const peer = creators[world.random.below(creators.length)]
    if (peer && world.random.percent(60)) {
      const id = await post(world, peer, posted.length + 1)
      if (id) posted.push({ peer, id })
    }
    await step(world, violations)
  }
  for (let block = 0; block < 100; block += 1) await step(world, violations)
  world.calm()
  const open = () => posted.filter(({ peer, id }) => !isOver(peer, id))
  const isDone = (): boolean => open().length === 0 && world.chain.vault.isEmpty()
  for (let block = 0; block < patience && !isDone(); block += 1) await step(world, violations)
  for (const { peer, id } of open()) violations.push(`${id} ended ${peer.job(id)?.phase}`)
  if (!world.chain.vault.isEmpty()) violations.push('money is still held in escrow')

  const jobs = [...(world.chain.ledgerAt(world.chain.blocks.length).jobs.values() ?? [])]
  for (const { peer, id } of posted) violations.push(...disagreement(peer, id, jobs))
  const incomes = encoders.map(({ account, conduct }) => incomeOf(account, conduct, jobs))
  violations.push(...unfair(incomes))
  return {
    ...terms,
    blocks: world.chain.blocks.length,
    paid: posted.filter(({ peer, id }) => peer.job(id)?.phase === 'paid').length,
    failed: posted.filter(({ peer, id }) => peer.job(id)?.phase === 'failed').length,
    deaths: world.deaths(),
    cuts: world.cuts(),
    incomes,
    violations,
  }
}

function populate(world: World, count: number) {
  const { random } = world
  const creatorCount = Math.max(2, Math.floor(count / 5))
  const arbiterCount = Math.max(2, Math.floor(count / 10))
  const skew = () => random.below(2 * skewSeconds + 1) - skewSeconds
  const named = (role: string, size: number) =>
    Array.from({ length: size }, (_, index) => `${role}-${index + 1}`)
  const creators = named('creator', creatorCount).map((name) =>
    world.join(name, {
      roles: ['creator'],
      film: random.percent(30) ? 'large' : 'small',
      skewSeconds: skew(),
    }),
  )
  for (const name of named('arbiter', arbiterCount))
    world.join(name, { roles: ['arbiter'], fee: BigInt(random.below(3)), skewSeconds: skew() })
  const encoders = named('encoder', count - creatorCount - arbiterCount).map((name, index) => {
    const isWrong = index % 10 >= 7
    const conduct = (isWrong && wrongs[random.below(wrongs.length)]) || 'honest'
    const { account } = world.join(name, {
      ...{ roles: ['encoder'], conduct, slots: 1 + random.below(2), skewSeconds: skew() },
      pricePercent: BigInt(900 + random.below(201)),
    })
    return { account, conduct }
  })
  return { creators, encoders }
}

/** Null where the node would not take the job, which it may say while it is cut off or has nothing to spend. */
async function post(world: World, peer: SimulatedPeer, reference: number): Promise<JobId | null> {
  if (!peer.isUp()) return null
  try {
    return await world.post(peer, reference, ceiling)
  } catch (error) {
    if (error instanceof MarketError) return null
    throw error
  }
}

async function step(world: World, violations: string[]): Promise<void> {
  await world.step()
  try {
    world.expectSound()
  } catch (error) {
    violations.push(`block ${world.chain.blocks.length}: ${error}`)
  }
}

const isOver = (peer: SimulatedPeer, id: JobId): boolean =>
  ['paid', 'failed'].includes(peer.job(id)?.phase ?? '')

/** Where a creator's node and the chain tell different stories of a job's end. */
function disagreement(peer: SimulatedPeer, id: JobId, jobs: readonly Job[]): readonly string[] {
  const known = jobs.find((job) => job.id === id)
  const isPaid = known?.phase === 'settled' && known.toEncoder > 0n
  const phase = peer.job(id)?.phase
  return phase === (isPaid ? 'paid' : 'failed')
    ? []
    : [`${id} is ${phase}, the chain says ${known?.phase}`]
}

function incomeOf(encoder: HiveAccount, conduct: Conduct, jobs: readonly Job[]): Income {
  const own = jobs.filter((job) => 'award' in job && job.award.encoder === encoder)
  const settled = own.filter((job) => job.phase === 'settled')
  const inTime = settled.filter(
    ({ delivered, offer }) => delivered !== null && !isTooLate(offer, delivered.at.time),
  )
  return {
    ...{ encoder, conduct },
    paid: settled.reduce((sum, { toEncoder }) => sum + toEncoder, 0n),
    owed: inTime.reduce((sum, { award }) => sum + award.price, 0n),
  }
}

/** The most of all honest encoders' earnings that one may have: so many equal shares of it, and so many jobs that luck may add. */
const mostShares = 4n
const luck = 2n * ceiling

/**
 * What is fair: an honest encoder has the whole price of all that it delivered in time and nothing else, none has many times an
 * equal share, and whose work nobody can use has nothing.
 */
function unfair(incomes: readonly Income[]): readonly string[] {
  const honest = incomes.filter(({ conduct }) => conduct === 'honest')
  const all = honest.reduce((sum, { paid }) => sum + paid, 0n)
  const most = (mostShares * all) / BigInt(honest.length) + luck
  const worthless = incomes.filter(({ conduct }) => useless.has(conduct))
  return [
    ...honest
      .filter(({ paid, owed }) => paid !== owed)
      .map(({ encoder, paid, owed }) => `@${encoder} earned ${owed} and has ${paid}`),
    ...honest
      .filter(({ paid }) => paid > most)
      .map(({ encoder, paid }) => `@${encoder} has ${paid}, more than ${most}`),
    ...worthless
      .filter(({ paid }) => paid > 0n)
      .map(({ encoder, conduct, paid }) => `@${encoder}, who is ${conduct}, has ${paid}`),
  ]
}
