import { expect } from 'vitest'
import { challengeOf } from '#contracts/delivering.ts'
import { isTooLate, reviewRuling } from '#contracts/ruling.ts'
import {
  customJson,
  escrowRelease,
  escrowTransfer,
  partiesOfEscrow,
} from '#market/domain/hive-operations.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import {
  account,
  aDelivery,
  anOffer,
  cid,
  escrowId,
  hbd,
  jobId,
  sha256,
  time,
} from '../builders.ts'
import { testNetwork } from '../test-chain.ts'
import type { World } from './market-world.ts'
import { createWorld } from './market-world.ts'
import type { PeerTerms, SimulatedPeer } from './simulated-peer.ts'

/** What somebody can do wrong in a market, and what everybody then has. */
export type Scenario = {
  readonly name: string
  /** What a peer is beyond the usual alice (creator), bob (encoder) and carol (arbiter); further ones are added. */
  readonly cast?: Readonly<Record<string, Partial<PeerTerms>>>
  readonly play: (stage: Stage) => Promise<void>
  /** What each purse has gained or lost in the end; those not named are as they were. */
  readonly ends: Readonly<Record<string, bigint>>
}

export type Stage = {
  readonly world: World
  readonly alice: SimulatedPeer
  readonly bob: SimulatedPeer
  readonly carol: SimulatedPeer
  readonly peer: (name: string) => SimulatedPeer
  /** True when the run is disturbed: then only what must hold in any disorder is to be expected. */
  readonly isDisturbed: boolean
}

const usual: Readonly<Record<string, PeerTerms>> = {
  alice: { roles: ['creator'] },
  bob: { roles: ['encoder'], pricePercent: 1_000n },
  carol: { roles: ['arbiter'] },
}

/** Price of the small film, and of the large one with the part of it that a good small rendition earns. */
const price = 9n
const largePrice = 25n
const goodHalf = 7n
const fee = 1n

/** Plays a scenario in a world of its own. */
export async function stageOf(
  { cast = {} }: Scenario,
  { seed = 1, kills = 0 }: { readonly seed?: number; readonly kills?: number } = {},
): Promise<Stage> {
  const world = createWorld(seed, { loss: 0, delay: 0, lag: 0, kills })
  const names = new Set([...Object.keys(usual), ...Object.keys(cast)])
  const peers = new Map<string, SimulatedPeer>()
  for (const name of names)
    peers.set(name, world.join(name, { roles: [], ...usual[name], ...cast[name] }))
  await world.open()
  const peer = (name: string): SimulatedPeer => {
    const found = peers.get(name)
    if (!found) throw new Error(`${name} is not in the cast`)
    return found
  }
  const [alice, bob, carol] = [peer('alice'), peer('bob'), peer('carol')]
  return { world, alice, bob, carol, peer, isDisturbed: kills > 0 }
}

/** What each purse has more or less than at the beginning. */
export function changesOf({ world }: Stage): Readonly<Record<string, bigint>> {
  const changes = [...world.chain.vault.purses].map(([name, now]) => [name, now - 1_000n] as const)
  return Object.fromEntries(changes.filter(([, change]) => change !== 0n))
}

const isOver = (peer: SimulatedPeer, id: JobId): boolean =>
  ['paid', 'failed'].includes(peer.job(id)?.phase ?? '')

/** Posts a job that anybody in the cast can afford to do. */
const post = ({ world }: Stage, creator: SimulatedPeer): Promise<JobId> =>
  world.post(creator, 1, 100n)

/** Posts a job and waits until the creator's node has done with it. */
async function wholeJob(stage: Stage): Promise<JobId> {
  const id = await post(stage, stage.alice)
  await ended(stage, id)
  return id
}

async function ended({ world, alice }: Stage, id: JobId): Promise<void> {
  await world.until(() => isOver(alice, id), 900)
  await world.run(5)
}

const known = ({ carol, bob, alice }: Stage, id: JobId) => {
  const [ahead] = [alice, bob, carol].toSorted((left, right) => right.height() - left.height())
  return ahead?.ledger().jobs.get(id)
}

/** True once a job has come as far as a phase. */
const reached =
  (stage: Stage, id: JobId, ...phases: readonly string[]) =>
  (): boolean =>
    phases.includes(known(stage, id)?.phase ?? '')

const says = (signer: HiveAccount, operation: Operation): HiveOperation =>
  customJson(testNetwork.operationId, signer, operation)

/** An award of a node's own making, for the bid that bob has made. */
function handMadeAward(
  { world, alice, bob }: Stage,
  id: JobId,
  { escrow = 77, terms = {} as { readonly fee?: bigint } } = {},
): readonly HiveOperation[] {
  const work = bob.work(id)
  if (!work) throw new Error('there is no bid to award')
  const sides = { from: alice.account, to: bob.account, agent: account('carol') }
  const now = world.chain.now()
  return [
    escrowTransfer({
      ...sides,
      escrow: escrowId(escrow),
      amount: work.bid.price,
      fee: hbd(terms.fee ?? fee),
      meta: { app: testNetwork.operationId, job: id, bid: work.bidHash },
      ratificationDeadline: time(now + 60),
      expiration: time(now + 90_000),
    }),
    says(alice.account, {
      v: 1,
      t: 'job.award',
      job: id,
      encoder: bob.account,
      arbiter: account('carol'),
      price: work.bid.price,
      readyBy: work.bid.readyBy,
      bid: work.bidHash,
      escrow: escrowId(escrow),
    }),
  ]
}

/** Lets a creator's node stop once bob's bid is there, so that its owner can award by hand. */
async function offeredByHand(stage: Stage): Promise<JobId> {
  const { world, alice, bob } = stage
  const id = jobId('alice', 1)
  await alice.stop()
  const now = world.chain.now()
  const offer = anOffer({
    job: id,
    bidsUntil: time(now + 30),
    deliverBy: time(now + 2_000),
    ceiling: hbd(1_000n),
    arbiters: [account('carol')],
  })
  await world.send('alice', says(alice.account, offer))
  await world.until(() => bob.work(id)?.phase === 'bidding')
  return id
}

const day = 86_400

export const scenarios: readonly Scenario[] = [
  {
    name: 'an encoder never delivers',
    cast: { bob: { conduct: 'silent' } },
    play: async (stage) => {
      const { world, bob } = stage
      const id = await post(stage, stage.alice)
      await world.until(reached(stage, id, 'accepted'))
      await bob.stop()
      await world.step(500)
      await ended(stage, id)
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder delivers junk',
    cast: { bob: { conduct: 'careless' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({
        ruling: { verdict: 'fail', faults: [{ code: 'manifest-invalid' }] },
        toEncoder: 0n,
      })
      expect(known(stage, id)).toHaveProperty('ruling.evidence')
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder delivers one good rendition and one bad',
    cast: { bob: { conduct: 'half-done' }, alice: { film: 'large' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(stage.alice.job(id)?.phase).toBe('paid')
      expect(known(stage, id)).toMatchObject({
        ruling: { verdict: 'fail', toEncoder: goodHalf, toCreator: largePrice - goodHalf },
        toEncoder: goodHalf,
      })
    },
    ends: { alice: -goodHalf - fee, bob: goodHalf, carol: fee },
  },
  {
    name: 'an encoder delivers late',
    cast: { bob: { conduct: 'silent' } },
    play: async (stage) => {
      const { world, bob, carol } = stage
      const id = await post(stage, stage.alice)
      await world.until(reached(stage, id, 'accepted'))
      await bob.stop()
      await carol.stop()
      const offer = stage.alice.job(id)!.offer
      await world.step(500)
      await world.until(() => isTooLate(offer, world.chain.now()))
      await world.send('bob', says(bob.account, aDelivery(offer, { root: cid('good work') })))
      carol.start()
      await ended(stage, id)
      bob.start()
      await world.run(3)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({
        ruling: { verdict: 'fail', faults: [{ code: 'delivered-late' }] },
      })
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder delivers, then deletes, and nobody has seen the work',
    cast: { bob: { conduct: 'vanishing' }, hugo: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      const job = known(stage, id)
      expect(job).toMatchObject({ ruling: { verdict: 'fail', faults: [{ code: 'unavailable' }] } })
      const said = job?.phase === 'settled' ? job.delivered?.attestations.map(({ by }) => by) : []
      expect(said).toEqual(['alice', 'carol', 'hugo'])
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder is accused of deleting what another arbiter of the offer has fetched',
    cast: { bob: { conduct: 'vanishing' }, gina: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({ ruling: { verdict: 'pass' }, toEncoder: price })
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'an encoder delivers, then deletes, while the other arbiters are away',
    cast: { bob: { conduct: 'vanishing' }, gina: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const { world } = stage
      const id = await post(stage, stage.alice)
      await world.until(reached(stage, id, 'accepted'))
      await stage.peer('gina').stop()
      await world.until(() => {
        const job = known(stage, id)
        const said = job?.phase === 'delivered' ? job.delivered.attestations : []
        return said.some(({ by }) => by === 'carol')
      })
      expect(stage.carol.ledger().jobs.get(id)?.phase).toBe('delivered')
      await world.step(3_700)
      await ended(stage, id)
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'a creator vanishes after delivery',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await alice.stop()
      // The work may need its creator to begin with.
      for (let tries = 0; tries < 20 && !reached(stage, id, 'delivered')(); tries += 1) {
        alice.start()
        await world.step()
        await alice.stop()
        await world.run(4)
      }
      await world.step(day - 1_000)
      await world.until(() => bob.work(id)?.phase === 'closed')
      alice.start()
      await ended(stage, id)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'a creator and the encoder sleep until the escrow has expired',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await post(stage, alice)
      await world.until(() => bob.work(id)?.phase === 'delivering')
      await alice.stop()
      await world.until(() => bob.work(id)?.phase === 'delivered')
      await bob.stop()
      await world.step(2 * day)
      bob.start()
      await world.until(() => bob.work(id)?.phase === 'closed')
      alice.start()
      await ended(stage, id)
      if (!stage.isDisturbed) expect(known(stage, id)).toMatchObject({ dispute: null })
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'an encoder never delivers, and the creator sleeps until the escrow has expired',
    cast: { bob: { conduct: 'silent' } },
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await bob.stop()
      await alice.stop()
      await world.step(2 * day)
      alice.start()
      await ended(stage, id)
      if (!stage.isDisturbed) expect(known(stage, id)).toMatchObject({ dispute: null })
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'a creator disputes good work',
    cast: { alice: { judgement: 'spiteful' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      const job = known(stage, id)
      expect(job).toMatchObject({ dispute: { by: 'alice' }, ruling: { verdict: 'pass' } })
      expect(job?.phase === 'settled' && reviewRuling(job)).toMatchObject({
        followsFaults: true,
        contradicting: ['alice'],
      })
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'a creator awards a bid that has expired',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await offeredByHand(stage)
      const award = handMadeAward(stage, id)
      await world.step(200)
      await world.until(
        () => bob.work(id)?.phase !== 'bidding' || bob.work(id)!.bid.expires > world.chain.now(),
      )
      await bob.stop()
      await world.step(200)
      await world.send('alice', ...fresh(world, award))
      bob.start()
      await world.until(() => world.chain.vault.isEmpty())
      alice.start()
      await world.run(5)
      if (!stage.isDisturbed)
        expect(bob.openWork().filter(({ phase }) => phase !== 'bidding')).toEqual([])
    },
    ends: {},
  },
  {
    name: 'a creator uses the number of an escrow again',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await offeredByHand(stage)
      const award = handMadeAward(stage, id, { terms: { fee: 0n } })
      // The arbiter refuses an escrow without its fee; the encoder has stood by it.
      await stage.carol.stop()
      await world.send('alice', ...award)
      await expect(world.send('alice', ...award)).rejects.toThrow('in use')
      stage.carol.start()
      await world.until(() => world.chain.vault.isEmpty())
      await world.until(() => bob.work(id)?.phase === 'bidding')
      await world.send('alice', ...fresh(world, handMadeAward(stage, id)))
      // Its node serves the source; of a job that was awarded by hand it knows nothing.
      alice.start()
      await world.until(reached(stage, id, 'delivered'))
      await world.step(2 * day)
      await world.until(() => bob.work(id)?.phase === 'closed')
      await world.run(5)
    },
    ends: { alice: -25n - fee, bob: 25n, carol: fee },
  },
  {
    name: 'a creator offers more than it owns',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await offeredByHand(stage)
      world.spend('alice', 1_000n - 10n)
      await expect(world.send('alice', ...handMadeAward(stage, id))).rejects.toThrow('funds')
      await world.step(400)
      await world.until(
        () => bob.work(id)?.phase === 'closed' || bob.work(id)!.bid.expires > world.chain.now(),
      )
      alice.start()
      await world.run(5)
    },
    ends: { alice: -990n, dora: 990n },
  },
  {
    name: 'an arbiter never approves',
    play: async (stage) => {
      const { world, alice, carol } = stage
      const id = await post(stage, alice)
      await world.until(() => alice.job(id)?.phase === 'awarding')
      await carol.stop()
      await world.run(10)
      await world.step(100)
      await world.run(10)
      await world.step(500)
      await world.until(() => isOver(alice, id), 900)
      await world.run(5)
    },
    ends: {},
  },
  {
    name: 'an arbiter approves and sleeps while the work is good',
    play: async (stage) => {
      const { world, alice, carol } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await carol.stop()
      await ended(stage, id)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'an arbiter approves and sleeps while the work is junk',
    cast: { bob: { conduct: 'careless' } },
    play: async (stage) => {
      const { world, alice, carol } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await carol.stop()
      await world.until(() => known(stage, id)?.phase === 'delivered')
      await world.run(20)
      await world.step(5 * day)
      await world.run(3)
      carol.start()
      await ended(stage, id)
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an arbiter rules against the evidence',
    cast: { alice: { judgement: 'spiteful' }, gina: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const { world, alice, bob, carol } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await carol.stop()
      await world.until(() =>
        [...bob.ledger().escrows.values()].some(({ phase }) => phase === 'disputed'),
      )
      const job = bob.ledger().jobs.get(id)
      const [escrow] = [...bob.ledger().escrows.values()]
      if (job?.phase !== 'delivered' || escrow?.phase !== 'disputed') throw new Error('no case')
      const { root } = job.delivered.operation
      const release = { who: account('carol'), receiver: alice.account, amount: escrow.held }
      await world.send(
        'carol',
        escrowRelease(partiesOfEscrow(escrow), release),
        says(account('carol'), {
          v: 1,
          t: 'job.ruling',
          job: id,
          root,
          verdict: 'fail',
          toEncoder: hbd(0n),
          toCreator: escrow.held,
          faults: [{ code: 'manifest-invalid' }],
        }),
      )
      const opened = job.delivered.attestations[0]!.operation.salt
      const challenge = challengeOf(job, opened, sha256)!
      await world.send(
        'gina',
        says(account('gina'), {
          v: 1,
          t: 'job.attest',
          job: id,
          root,
          verdict: 'pass',
          salt: opened,
          seed: Sha256Hex.parse(challenge.seed),
          challenged: challenge.leaves,
          faults: [],
        }),
      )
      carol.start()
      await ended(stage, id)
      const settled = known(stage, id)
      expect(settled?.phase === 'settled' && reviewRuling(settled)).toEqual({
        followsFaults: true,
        agreeing: ['alice'],
        contradicting: ['gina'],
      })
    },
    // What a dishonest arbiter takes is taken; the record is what keeps others from choosing it.
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'two nodes run with the keys of one encoder',
    cast: { 'bob-2': { roles: ['encoder'], pricePercent: 1_000n, account: 'bob' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({ toEncoder: price })
      expect([stage.bob, stage.peer('bob-2')].filter((node) => node.isSuperseded())).toHaveLength(1)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'two nodes run with the keys of one creator',
    cast: { 'alice-2': { roles: ['creator'], account: 'alice' } },
    play: async (stage) => {
      const { world, alice } = stage
      const second = stage.peer('alice-2')
      const owner = alice.isSuperseded() ? second : alice
      const id = await post(stage, owner)
      await world.until(() => isOver(owner, id), 900)
      await world.run(5)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'two nodes run with the keys of one arbiter',
    cast: {
      'carol-2': { roles: ['arbiter'], account: 'carol' },
      bob: { conduct: 'careless' },
    },
    play: async (stage) => {
      await wholeJob(stage)
    },
    ends: { alice: -fee, carol: fee },
  },
]

/** The same operations with the deadlines of now. */
function fresh({ chain }: World, operations: readonly HiveOperation[]): readonly HiveOperation[] {
  return operations.map(([name, fields]) =>
    name === 'escrow_transfer'
      ? escrowAgain(fields, chain.now())
      : ([name, fields] as HiveOperation),
  )
}

function escrowAgain(fields: Readonly<Record<string, unknown>>, now: number): HiveOperation {
  const at = (seconds: number): string =>
    new Date((now + seconds) * 1_000).toISOString().slice(0, 19)
  return [
    'escrow_transfer',
    { ...fields, ratification_deadline: at(60), escrow_expiration: at(90_000) },
  ]
}
