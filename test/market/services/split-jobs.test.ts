import { describe, expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { FinishedTree, ReplicaReport, Replicator } from '#market/ports/replication.ts'
import type { JobId } from '#protocol/ids.ts'
import { account } from '../../support/builders.ts'
import type { World } from '../../support/world/market-world.ts'
import { createWorld } from '../../support/world/market-world.ts'
import type { PeerTerms, SimulatedPeer } from '../../support/world/simulated-peer.ts'
import type { Conduct } from '../../support/world/work.ts'

type Cast = { readonly world: World; readonly alice: SimulatedPeer }

type Surroundings = Pick<PeerTerms, 'merger' | 'replicator' | 'slots'> & { readonly world: World }

/** A creator with a long film, an arbiter, and encoders of these conducts. */
async function cast(
  conducts: Readonly<Record<string, Conduct>>,
  { slots = 1, world = createWorld(), ...its }: Partial<Surroundings> = {},
): Promise<Cast> {
  const alice = world.join('alice', { roles: ['creator'], film: 'long', ...its })
  for (const [name, conduct] of Object.entries(conducts))
    world.join(name, { roles: ['encoder'], conduct, slots })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  return { world, alice }
}

const isOver = (peer: SimulatedPeer, id: JobId) => (): boolean =>
  ['done', 'failed'].includes(peer.split(id)?.phase ?? '')

/** Encoders that brought the ranges, in order. */
const winnersOf = (peer: SimulatedPeer, id: JobId) =>
  peer.split(id)?.ranges.map(({ won }) => won?.encoder)

/** The jobs that a range was offered as, the oldest first. */
const jobsIn = (peer: SimulatedPeer, id: JobId, place: number) =>
  peer.split(id)?.ranges[place]?.jobs.flatMap((job) => peer.job(job) ?? []) ?? []

/** What the jobs of a whole cost, or may still cost, all together. */
const committed = (peer: SimulatedPeer, id: JobId): bigint =>
  (peer.split(id)?.ranges ?? [])
    .flatMap((_, place) => jobsIn(peer, id, place))
    .filter(({ phase }) => phase !== 'failed')
    .reduce((sum, job) => sum + ('choice' in job ? job.choice.bid.price : job.offer.ceiling), 0n)

const typesOf = (peer: SimulatedPeer, id: JobId) => peer.events(id).map(({ type }) => type)

describe('a video that is sold in ranges', () => {
  test('is encoded by several at once, each paid for its own, and becomes one tree', async () => {
    const { world, alice } = await cast({ bob: 'honest', erin: 'honest', frank: 'honest' })
    const whole = await world.post(alice, 1, undefined, 3)
    await world.until(isOver(alice, whole))
    expect(alice.split(whole)?.phase).toBe('done')
    expect(new Set(winnersOf(alice, whole)).size).toBe(3)
    expect(typesOf(alice, whole)).toEqual([
      'split',
      'source-published',
      ...['range-won', 'range-won', 'range-won'],
      'merged',
    ])
    const jobs = [...alice.ledger().jobs.values()]
    expect(jobs.map(({ offer }) => offer.whole)).toEqual([whole, whole, whole])
    // The sound is encoded once.
    expect(jobs.filter(({ offer }) => offer.source.audioStream !== undefined)).toHaveLength(1)
    world.expectSound()
  })

  test('costs together no more than the whole was to cost', async () => {
    const { world, alice } = await cast({ bob: 'honest', erin: 'honest' })
    const whole = await world.post(alice, 1, 100n, 7)
    const ceilings = alice.split(whole)?.ranges.map(({ ceiling }) => ceiling) ?? []
    expect(ceilings).toHaveLength(7)
    expect(ceilings.reduce((sum, ceiling) => sum + ceiling, 0n)).toBeLessThanOrEqual(100n)
    await world.until(isOver(alice, whole), 900)
    const paid = alice.split(whole)?.ranges.reduce((sum, { won }) => sum + (won?.paid ?? 0n), 0n)
    expect(paid).toBeGreaterThan(0n)
    expect(paid).toBeLessThanOrEqual(100n)
    world.expectSound()
  })

  test('is not posted for less than the least amount for each range', async () => {
    const { world, alice } = await cast({ bob: 'honest', erin: 'honest' })
    await expect(world.post(alice, 1, 2n, 3)).rejects.toMatchObject({ code: 'option-invalid' })
    expect(alice.ledger().jobs.size).toBe(0)
  })

  test('ends where its ranges do not make one video, and says so', async () => {
    const merge = () =>
      Promise.reject(new MarketError('ranges-differ', 'The ranges do not make one video.'))
    const { world, alice } = await cast({ bob: 'honest', erin: 'honest' }, { merger: { merge } })
    const whole = await world.post(alice, 1, undefined, 2)
    await world.until(isOver(alice, whole))
    expect(alice.split(whole)).toMatchObject({ phase: 'failed', code: 'ranges-differ' })
    expect(typesOf(alice, whole).at(-1)).toBe('failed')
  })

  test('is done when others keep its tree, and not before', async () => {
    const kept = Promise.withResolvers<ReplicaReport>()
    const asked: FinishedTree[] = []
    const replicator: Replicator = {
      replicate: (tree) => {
        asked.push(tree)
        return alice.split(tree.job) ? kept.promise : Promise.resolve(null)
      },
    }
    const { world, alice } = await cast({ bob: 'honest', erin: 'honest' }, { replicator })
    const whole = await world.post(alice, 1, undefined, 2)
    await world.until(() => asked.some(({ job }) => job === whole))
    await world.run(5)
    expect(alice.split(whole)?.phase).toBe('merging')
    const report = { wanted: 2, kept: [alice.account, account('gina')] }
    kept.resolve(report)
    await world.until(isOver(alice, whole))
    expect(alice.split(whole)).toMatchObject({ phase: 'done', root: asked.at(-1)?.root })
    expect(alice.events(whole).slice(-2)).toMatchObject([
      { type: 'replicated', ...report },
      { type: 'merged' },
    ])
  })

  test('goes by the encoders at hand where it is asked to', async () => {
    const { world, alice } = await cast({ bob: 'honest', erin: 'honest' })
    const whole = await world.post(alice, 1, undefined, 'auto')
    expect(alice.split(whole)?.ranges).toHaveLength(2)
  })

  test('is one job like any other where nothing is to be gained', async () => {
    const { world, alice } = await cast({ bob: 'honest' })
    const job = await world.post(alice, 1, undefined, 'auto')
    expect(alice.split(job)).toBe(null)
    await world.until(() => alice.job(job)?.phase === 'paid')
  })

  test('is posted once however often it is asked for', async () => {
    const { world, alice } = await cast({ bob: 'honest' })
    await Promise.all([1, 2, 3].map(() => world.post(alice, 1, undefined, 2)))
    await world.run(3)
    expect(alice.ledger().jobs.size).toBe(2)
  })
})

describe('a range', () => {
  test('that fails is offered again alone, to somebody else', async () => {
    const { world, alice } = await cast({ bob: 'broken', erin: 'honest' })
    const whole = await world.post(alice, 1, undefined, 2)
    await world.until(isOver(alice, whole), 900)
    expect(alice.split(whole)?.phase).toBe('done')
    expect(winnersOf(alice, whole)).toEqual(['erin', 'erin'])
    const offered = alice.split(whole)?.ranges.map(({ jobs }) => jobs.length) ?? []
    expect(offered.toSorted()).toEqual([1, 2])
    expect(typesOf(alice, whole)).toContain('range-offered')
    world.expectSound()
  })

  test('whose work is bad is not taken, and offered again', async () => {
    const { world, alice } = await cast({ bob: 'careless', erin: 'honest' })
    const whole = await world.post(alice, 1, undefined, 2)
    await world.until(isOver(alice, whole), 1_500)
    expect(winnersOf(alice, whole)).toEqual(['erin', 'erin'])
    world.expectSound()
  })

  test('that holds up the others is hedged: the first good delivery counts, and the late one is paid if it comes in time', async () => {
    const { world, alice } = await cast({ bob: 'sluggish', erin: 'honest' })
    const whole = await world.post(alice, 1, undefined, 2)
    await world.until(isOver(alice, whole), 900)
    expect(winnersOf(alice, whole)).toEqual(['erin', 'erin'])
    expect(alice.events(whole)).toContainEqual(
      expect.objectContaining({ type: 'range-offered', because: 'slow' }),
    )
    await world.until(() => alice.jobs().length === 0, 900)
    const late = [...alice.ledger().jobs.values()].find(
      (job) => job.phase === 'settled' && job.award.encoder === 'bob',
    )
    expect(late).toMatchObject({ phase: 'settled', toCreator: 0n })
    world.expectSound()
  })

  test('that is offered again may cost what the others leave of the ceiling, and no more', async () => {
    const { world, alice } = await cast({ bob: 'silent', erin: 'honest', frank: 'careless' })
    const ceiling = 72n
    const whole = await world.post(alice, 1, ceiling, 3)
    const untilThen = (then: () => boolean) =>
      world.until(() => {
        expect(committed(alice, whole)).toBeLessThanOrEqual(ceiling)
        return then()
      }, 300)
    const offers = (place: number) => jobsIn(alice, whole, place)
    // Frank's work on the first range is bad, and nobody is there to do it again when bob's range is hedged.
    await untilThen(() => offers(0).length === 2)
    for (const name of ['erin', 'frank']) await world.peers.get(name)?.stop()
    await untilThen(() => offers(0).at(-1)?.phase === 'failed' && offers(2).length > 1)
    world.join('gina', { roles: ['encoder'] })
    await untilThen(isOver(alice, whole))

    expect(alice.split(whole)?.phase).toBe('done')
    const share = alice.split(whole)?.ranges[0]?.ceiling ?? 0n
    expect(offers(0).at(-1)?.offer.ceiling).toBeLessThan(share)
    world.expectSound()
  })

  test('that all encoders are too busy for waits until one has room', async () => {
    const { world, alice } = await cast({ bob: 'sluggish' })
    const whole = await world.post(alice, 1, undefined, 3)
    await world.until(isOver(alice, whole), 900)
    expect(alice.split(whole)?.phase).toBe('done')
    expect(winnersOf(alice, whole)).toEqual(['bob', 'bob', 'bob'])
    world.expectSound()
  })

  test('that nobody can do ends the whole, and what was offered besides is withdrawn', async () => {
    const { world, alice } = await cast({ bob: 'broken' })
    const whole = await world.post(alice, 1, undefined, 2)
    await world.until(isOver(alice, whole), 2_000)
    expect(alice.split(whole)).toMatchObject({ phase: 'failed' })
    const isOpen = (): boolean =>
      [...alice.ledger().jobs.values()].some(({ phase }) => phase === 'offered')
    await world.until(() => alice.jobs().length === 0 && !isOpen(), 900)
    world.expectSound()
  })
})

describe('a creator that is struck down between any two of its effects', () => {
  for (const seed of [1, 2])
    test(`still gets its video in one piece, and pays for each range once, in world ${seed}`, async () => {
      const world = createWorld(seed, { loss: 10, delay: 10, lag: 10, kills: 4 })
      const { alice } = await cast({ bob: 'honest', erin: 'honest' }, { slots: 2, world })
      const whole = await world.post(alice, 1, undefined, 4)
      await world.run(40)
      world.calm()
      await world.until(isOver(alice, whole), 900)
      expect(alice.split(whole)?.phase).toBe('done')
      expect(world.deaths()).toBeGreaterThan(0)
      world.expectSound()
    })
})
