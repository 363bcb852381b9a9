import { describe, expect, test } from 'vitest'
import { customJson } from '#market/domain/hive-operations.ts'
import type { JobId } from '#protocol/ids.ts'
import { aDelivery } from '../../support/builders.ts'
import type { World } from '../../support/world/market-world.ts'
import { createWorld } from '../../support/world/market-world.ts'
import type { PeerTerms, SimulatedPeer } from '../../support/world/simulated-peer.ts'

type Cast = {
  readonly world: World
  readonly alice: SimulatedPeer
  readonly bob: SimulatedPeer
  readonly carol: SimulatedPeer
}

/** A creator, an encoder and an arbiter that know each other. */
async function cast(bobs: Partial<PeerTerms> = {}): Promise<Cast> {
  const world = createWorld()
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], ...bobs })
  const carol = world.join('carol', { roles: ['arbiter'] })
  await world.open()
  return { world, alice, bob, carol }
}

const isOver = (peer: SimulatedPeer, id: JobId) => (): boolean =>
  ['paid', 'failed'].includes(peer.job(id)?.phase ?? '')
const moneyOf = ({ world, ...peers }: Cast): readonly bigint[] =>
  Object.values(peers).map(({ account }) => world.chain.vault.purses.get(account)! - 1_000n)

describe('a job', () => {
  test('goes from offer to paid: the price to the encoder, the fee to the arbiter, nothing besides', async () => {
    const all = await cast()
    const { world, alice, bob } = all
    const job = await world.post(alice)
    await world.until(isOver(alice, job))
    await world.run(2)
    expect(alice.job(job)?.phase).toBe('paid')
    expect(bob.work(job)).toMatchObject({ phase: 'closed', outcome: 'paid', paid: 1n })
    expect(moneyOf(all)).toEqual([-2n, 1n, 1n])
    expect(alice.events(job).map(({ type }) => type)).toEqual([
      'source-published',
      'offer-signed',
      'offer-confirmed',
      'bid-received',
      'award-signed',
      'award-confirmed',
      'escrow-approved',
      'escrow-approved',
      'delivered',
      'checked',
      'settlement-signed',
      'paid',
      'rated',
      'finished',
    ])
    world.expectSound()
  })

  test('is posted once however often it is asked for', async () => {
    const { world, alice } = await cast()
    const jobs = await Promise.all([world.post(alice), world.post(alice), world.post(alice)])
    await world.until(isOver(alice, jobs[0]!))
    expect(new Set(jobs).size).toBe(1)
    expect(alice.ledger().jobs.size).toBe(1)
    world.expectSound()
  })

  test('is refused before anything is signed where no arbiter is at hand', async () => {
    const { world, alice, carol } = await cast()
    await carol.stop()
    await expect(world.post(alice)).rejects.toMatchObject({ code: 'arbiter-missing' })
    expect(alice.ledger().jobs.size).toBe(0)
  })

  test('is refused before anything is signed where the purse is too small', async () => {
    const { world, alice } = await cast()
    await expect(world.post(alice, 1, 1_000n)).rejects.toMatchObject({ code: 'funds-missing' })
  })

  test('is refused before anything is signed where it may cost more than one escrow may hold', async () => {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'], escrowLimit: 100n })
    world.join('carol', { roles: ['arbiter'], fee: 1n })
    await world.open()
    const dear = world.post(alice, 1, 100n)
    await expect(dear).rejects.toMatchObject({
      code: 'option-invalid',
      message: expect.stringContaining('--escrow-limit'),
    })
    await world.post(alice, 2, 99n)
  })

  test('fails, and costs nothing, where nobody bids below its ceiling', async () => {
    const all = await cast({ pricePercent: 10_000n })
    const job = await all.world.post(all.alice)
    await all.world.until(isOver(all.alice, job))
    expect(all.alice.job(job)).toMatchObject({ phase: 'failed', code: 'no-bids' })
    await all.world.run(3)
    expect(all.alice.ledger().jobs.get(job)?.phase).toBe('cancelled')
    expect(moneyOf(all)).toEqual([0n, 0n, 0n])
  })

  test('is disputed, ruled and refunded where the work is bad', async () => {
    const all = await cast({ conduct: 'careless' })
    const { world, alice, bob } = all
    const job = await world.post(alice)
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'delivery-refused' })
    const settled = alice.ledger().jobs.get(job)
    expect(settled).toMatchObject({ phase: 'settled', toEncoder: 0n, ruling: { verdict: 'fail' } })
    await world.run(2)
    expect(bob.work(job)).toMatchObject({ phase: 'closed', outcome: 'refunded' })
    expect(moneyOf(all)).toEqual([-1n, 0n, 1n])
    world.expectSound()
  })

  test('is disputed and refunded where the encoder falls silent for ever', async () => {
    const all = await cast()
    const { world, alice, bob } = all
    const job = await world.post(alice)
    await world.until(() => bob.work(job)?.phase === 'encoding')
    await bob.stop()
    await world.until(isOver(alice, job), 600)
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'delivery-late' })
    expect(moneyOf(all)).toEqual([-1n, 0n, 1n])
    world.expectSound()
  })

  test('is disputed and refunded where good work came too late, and its creator was away meanwhile', async () => {
    const all = await cast()
    const { world, alice, bob, carol } = all
    const job = await world.post(alice)
    await world.until(() => bob.work(job)?.phase === 'encoding')
    await world.run(2)
    for (const peer of [alice, bob, carol]) await peer.stop()
    const { offer } = alice.job(job)!
    const late = aDelivery(offer)
    // The last second that counts goes by without the work, and the next block has it.
    await world.step(offer.deliverBy + 60 - world.chain.now())
    await world.send('bob', customJson(world.operationId, bob.account, late))
    carol.start()
    alice.start()
    await world.until(isOver(alice, job), 600)
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'delivery-late' })
    expect(alice.ledger().jobs.get(job)).toMatchObject({
      ...{ dispute: { by: 'alice' }, delivered: { operation: late } },
      ruling: { faults: [{ code: 'delivered-late' }] },
    })
    expect(moneyOf(all)).toEqual([-1n, 0n, 1n])
    world.expectSound()
  })

  test('is given back at its deadline by an encoder that is too slow, without a dispute', async () => {
    const all = await cast({ conduct: 'slow' })
    const { world, alice } = all
    const job = await world.post(alice)
    await world.until(isOver(alice, job), 600)
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'encoder-failed' })
    expect(alice.ledger().jobs.get(job)).toMatchObject({ phase: 'settled', dispute: null })
    world.expectSound()
  })

  test('is given back early by an encoder whose tools fail', async () => {
    const all = await cast({ conduct: 'broken' })
    const { world, alice } = all
    const job = await world.post(alice)
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'encoder-failed' })
    expect(world.chain.now()).toBeLessThan(alice.job(job)!.offer.deliverBy)
    world.expectSound()
  })

  test('is paid by the arbiter where the creator never comes back', async () => {
    const all = await cast()
    const { world, alice, bob, carol } = all
    const job = await world.post(alice)
    await world.until(() => bob.work(job)?.phase === 'encoding')
    await world.run(2)
    await alice.stop()
    await world.until(() => bob.work(job)?.phase === 'delivered')
    expect(carol.ledger().escrows.size).toBe(1)
    await world.step(86_000)
    await world.until(() => bob.work(job)?.phase === 'closed')
    expect(bob.work(job)).toMatchObject({ outcome: 'paid', paid: 1n })
    expect(carol.ledger().jobs.get(job)).toMatchObject({
      dispute: { by: 'bob' },
      ruling: { verdict: 'pass' },
    })
    alice.start()
    await world.until(isOver(alice, job))
    expect(moneyOf(all)).toEqual([-2n, 1n, 1n])
    world.expectSound()
  })

  test('survives that its creator is away for a moment while the encoder fetches', async () => {
    const all = await cast()
    const { world, alice, bob, carol } = all
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'awarding')
    await bob.stop()
    await world.until(() => carol.ledger().jobs.get(job)?.phase === 'awarded')
    await alice.stop()
    bob.start()
    await world.run(20)
    expect(bob.work(job)?.phase).toBe('encoding')
    alice.start()
    await world.until(isOver(alice, job))
    expect(alice.job(job)?.phase).toBe('paid')
    world.expectSound()
  })

  test('does not fail because its creator was away when bidding ended', async () => {
    const all = await cast()
    const { world, alice, bob } = all
    await bob.stop()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'bidding')
    await alice.stop()
    bob.start()
    await world.step(100)
    await world.run(3)
    alice.start()
    await world.until(isOver(alice, job))
    expect(alice.job(job)?.phase).toBe('paid')
    world.expectSound()
  })
})

describe('an award', () => {
  test('goes to the next encoder where the first does not stand by it', async () => {
    // Where erin's bid is heard first, bob's slot is known to be taken and nobody waits for his.
    const world = createWorld(2)
    const alice = world.join('alice', { roles: ['creator'] })
    const bob = world.join('bob', { roles: ['encoder'], pricePercent: 50n })
    const erin = world.join('erin', { roles: ['encoder'] })
    world.join('carol', { roles: ['arbiter'] })
    await world.open()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'awarding')
    await bob.stop()
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({ phase: 'paid', awards: 2, setAside: ['bob'] })
    expect(erin.work(job)).toMatchObject({ phase: 'closed', outcome: 'paid' })
    bob.start()
    await world.run(3)
    expect(bob.work(job)).toMatchObject({ phase: 'closed', outcome: 'lost' })
    world.expectSound()
  })

  test('goes to the same encoder with another arbiter where the first arbiter does not stand by it', async () => {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'] })
    const bob = world.join('bob', { roles: ['encoder'] })
    const carol = world.join('carol', { roles: ['arbiter'], fee: 1n })
    const gina = world.join('gina', { roles: ['arbiter'], fee: 2n })
    await world.open()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'awarding')
    await carol.stop()
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({ phase: 'paid', awards: 2, setAside: ['carol'] })
    expect(bob.work(job)).toMatchObject({ outcome: 'paid' })
    expect(world.chain.vault.purses.get(gina.account)).toBe(1_002n)
    world.expectSound()
  })

  test('is made again, and nobody is told of a refusal, where no block took it in time', async () => {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'] })
    const bob = world.join('bob', { roles: ['encoder'] })
    world.join('carol', { roles: ['arbiter'] })
    await world.open()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'awarding')
    for (const { id } of alice.waiting())
      alice.complain(id, 'Account does not have sufficient funds')
    await world.step(90)
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({ phase: 'paid', awards: 2, setAside: [] })
    expect(bob.work(job)).toMatchObject({ outcome: 'paid' })
    world.expectSound()
  })

  test('is given up, with what the chain says, where it refuses each of three', async () => {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'] })
    world.join('bob', { roles: ['encoder'] })
    world.join('carol', { roles: ['arbiter'] })
    await world.open()
    const job = await world.post(alice)
    world.chain.vault.purses.set(alice.account, 0n)
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({
      phase: 'failed',
      code: 'transaction-refused',
      awards: 3,
    })
    expect(alice.ledger().escrows.size).toBe(0)
  })

  test('does not wait for the end of bidding once every encoder has bid or has no room', async () => {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'] })
    world.join('bob', { roles: ['encoder'], slots: 0 })
    world.join('erin', { roles: ['encoder'] })
    world.join('carol', { roles: ['arbiter'] })
    await world.open()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'awaiting-approval')
    expect(world.chain.now()).toBeLessThan(alice.job(job)!.offer.bidsUntil)
  })

  test('comes for both of two jobs that meet encoders of one slot', async () => {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'] })
    const dora = world.join('dora', { roles: ['creator'] })
    world.join('bob', { roles: ['encoder'], slots: 1 })
    world.join('erin', { roles: ['encoder'], slots: 1 })
    world.join('carol', { roles: ['arbiter'] })
    await world.open()
    const [first, second] = await Promise.all([world.post(alice), world.post(dora)])
    await world.until(() => isOver(alice, first!)() && isOver(dora, second!)())
    expect(alice.job(first!)?.phase).toBe('paid')
    expect(dora.job(second!)?.phase).toBe('paid')
    world.expectSound()
  })

  test('comes for both of two jobs of one creator that meet a single encoder of one slot', async () => {
    const { world, alice, bob } = await cast({ slots: 1 })
    const first = await world.post(alice, 1)
    const second = await world.post(alice, 2)
    await world.until(() => isOver(alice, first)() && isOver(alice, second)())
    expect([alice.job(first)?.phase, alice.job(second)?.phase]).toEqual(['paid', 'paid'])
    expect([bob.work(first), bob.work(second)]).toMatchObject([
      { outcome: 'paid' },
      { outcome: 'paid' },
    ])
    world.expectSound()
  })
})

describe('an award', () => {
  test('waits for an arbiter that is away while bidding ends', async () => {
    const { world, alice, carol } = await cast()
    const job = await world.post(alice)
    await carol.stop()
    await world.step(100)
    await world.run(5)
    expect(alice.job(job)?.phase).toBe('bidding')
    carol.start()
    await world.until(isOver(alice, job))
    expect(alice.job(job)?.phase).toBe('paid')
    world.expectSound()
  })

  test('comes to nothing, for that reason, where no arbiter comes back before the deadline', async () => {
    const { world, alice, carol } = await cast()
    const job = await world.post(alice)
    await carol.stop()
    await world.until(isOver(alice, job))
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'arbiter-missing' })
  })
})

describe('an arbiter that asks for another fee after the offer', () => {
  /** A job whose creator still waits for erin's bid when carol asks `later`, with the other arbiters that there are. */
  async function changed(later: bigint, others: Readonly<Record<string, PeerTerms>> = {}) {
    const world = createWorld()
    const alice = world.join('alice', { roles: ['creator'] })
    world.join('bob', { roles: ['encoder'] })
    world.join('erin', { roles: ['encoder'], pricePercent: 10_000n })
    const carol = world.join('carol', { roles: ['arbiter'], fee: 5n })
    for (const [name, terms] of Object.entries(others)) world.join(name, terms)
    await world.open()
    const job = await world.post(alice, 1, 50n)
    carol.charge(later)
    await world.until(() => alice.ledger().nodes.get(carol.account)?.arbiter?.fee === later)
    expect(['offering', 'bidding']).toContain(alice.job(job)?.phase)
    await world.until(isOver(alice, job))
    world.expectSound()
    return {
      alice,
      job,
      world,
      purse: (name: string) => world.chain.vault.purses.get(name as never),
    }
  }

  test('is not given the job where it asks for more', async () => {
    const { alice, job, purse } = await changed(6n, { gina: { roles: ['arbiter'], fee: 8n } })
    expect(alice.job(job)).toMatchObject({ phase: 'paid', choice: { arbiter: 'gina', fee: 8n } })
    expect([purse('carol'), purse('gina')]).toEqual([1_000n, 1_008n])
  })

  test('costs the creator nothing where it is the only one', async () => {
    const { alice, job, purse } = await changed(6n)
    expect(alice.job(job)).toMatchObject({ phase: 'failed', code: 'arbiter-missing' })
    expect(purse('alice')).toBe(1_000n)
  })

  test('is given what it asks where that is less', async () => {
    const { alice, job, purse } = await changed(3n)
    expect(alice.job(job)).toMatchObject({ phase: 'paid', choice: { arbiter: 'carol', fee: 3n } })
    expect(purse('carol')).toBe(1_003n)
  })
})

describe('a bid', () => {
  test('is sent until its creator has answered, and not again', async () => {
    const { world, alice, bob } = await cast()
    world.join('erin', { roles: ['encoder'], pricePercent: 10_000n })
    await world.open()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'bidding')
    await world.run(10)
    expect(alice.job(job)?.phase).toBe('bidding')
    expect(bob.work(job)).toMatchObject({ phase: 'bidding', isAcknowledged: true })
    expect(world.calls('bob', 'bid')).toBe(1)
    world.expectSound()
  })

  test('reaches a creator that was away when it was made', async () => {
    const { world, alice, bob } = await cast()
    await bob.stop()
    const job = await world.post(alice)
    await world.until(() => alice.job(job)?.phase === 'bidding')
    await alice.stop()
    bob.start()
    await world.run(5)
    expect(world.calls('bob', 'bid')).toBeGreaterThan(1)
    alice.start()
    await world.until(isOver(alice, job))
    expect(alice.job(job)?.phase).toBe('paid')
  })
})
