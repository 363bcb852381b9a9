import assert from 'node:assert/strict'
import { MarketError } from '#market/errors.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { ChainTime } from '#protocol/ids.ts'
import { parseOperation } from '#protocol/operation.ts'
import type { HiveOperation, SignedTransaction } from '#protocol/transaction.ts'
import { account, peerId, transactionId } from '../builders.ts'
import { testNetwork } from '../test-chain.ts'
import { createPartitions } from './partitions.ts'
import type { Random } from './random.ts'
import { createRandom } from './random.ts'
import { createSimulatedChain } from './simulated-chain.ts'
import type { PeerTerms, SimulatedPeer } from './simulated-peer.ts'
import { createSimulatedPeer } from './simulated-peer.ts'
import type { Vault } from './vault.ts'

export type Faults = {
  /** Messages in a hundred that are lost; blocks' transactions in a hundred that wait for the next; peers that lag. */
  readonly loss: number
  readonly delay: number
  readonly lag: number
  /** Chance in a hundred that a node is struck down between two of its next effects, at each block. */
  readonly kills?: number
  /** Messages in a hundred that come some blocks late, and that come twice; calls that are answered, but whose answer is lost. */
  readonly late?: number
  readonly twice?: number
  readonly unanswered?: number
  /** Chance in a hundred that the nodes are cut in two, at each block at which they are not. */
  readonly cuts?: number
}

const noFaults: Faults = { loss: 0, delay: 0, lag: 0 }

/** Blocks by which a message is late at most. */
const longestDelay = 4

/** What everybody begins with. */
const purse = 1_000n

/**
 * Several nodes in one process on one simulated chain. Nothing moves but by `step`: one block, and everything that follows from it.
 * One seed decides order, losses, delays and lags, so that a world that went wrong goes wrong again.
 */
export function createWorld(seed = 1, faults: Faults = noFaults) {
  const random: Random = createRandom(seed)
  const chain = createSimulatedChain()
  const peers = new Map<string, SimulatedPeer>()
  const sleepers = new Set<{ left: number; readonly wake: () => void }>()
  const mail: (() => Promise<void>)[] = []
  const delayed: { left: number; readonly deliver: () => Promise<void> }[] = []
  const partitions = createPartitions(random, faults.cuts ?? 0)
  let funded = 0n
  const called: string[] = []
  let sent = 0
  let kills = faults.kills ?? 0

  const nodesOf = (account: HiveAccount): readonly SimulatedPeer[] =>
    [...peers.values()].filter((peer) => peer.account === account)
  /** Of several nodes of one account, the one that the registry names. */
  const nodeOf = (account: HiveAccount): SimulatedPeer | undefined =>
    nodesOf(account).find((peer) => peer.ledger().nodes.get(account)?.peer === peerId(peer.name)) ??
    nodesOf(account)[0]

  const isStruck = (chance = 0): boolean => chance > 0 && random.percent(chance)

  const post = (deliver: () => Promise<void>): void => {
    if (isStruck(faults.twice)) mail.push(deliver)
    if (isStruck(faults.late)) delayed.push({ left: 1 + random.below(longestDelay), deliver })
    else mail.push(deliver)
  }

  const reach = (self: string, name: HiveAccount): SimulatedPeer => {
    const peer = nodeOf(name)
    if (!peer?.isUp() || !partitions.joins(self, peer.name) || random.percent(faults.loss))
      throw new MarketError('peer-unreachable', `@${name} did not answer.`)
    return peer
  }

  const networkOf = (self: string): MarketNetwork => ({
    publish: (topic, message) => {
      for (const [name] of peers) {
        if (name === self || !partitions.joins(self, name) || random.percent(faults.loss)) continue
        post(async () => {
          const peer = peers.get(name)
          const life = peer?.life()
          if (!peer || !life) return
          unlessKilled(peer, () => {
            if (topic === 'bids') life.creator?.receiveBid(message as never)
            if (topic === 'seals') life.creator?.receiveSeal(message as never)
            if (topic === 'progress') life.creator?.receiveProgress(message as never)
            if (topic === 'offers')
              hear(life, (message as { transaction: SignedTransaction }).transaction)
          })
        })
      }
      return Promise.resolve()
    },
    call: (name, verb, request) =>
      new Promise((resolve, reject) => {
        called.push(`${self} ${verb}`)
        post(async () => {
          try {
            const life = reach(self, name).life()
            const answer = isStruck(faults.unanswered)
              ? () => reject(new MarketError('peer-unreachable', `No answer of @${name} came.`))
              : resolve
            if (verb === 'bid') answer(life?.creator?.receiveBid(request as never) as never)
            if (verb === 'seal') answer(life?.creator?.receiveSeal(request as never) as never)
            if (verb === 'progress')
              answer(life?.creator?.receiveProgress(request as never) as never)
            if (verb === 'award') {
              if (life) hear(life, (request as { transaction: SignedTransaction }).transaction)
              answer({ accepted: true } as never)
            }
          } catch (error) {
            reject(error)
          }
        })
      }),
    isConnected: (name) => {
      const peer = nodeOf(name)
      if (!peer || name === peers.get(self)?.account) return false
      return peer.isUp() && partitions.joins(self, peer.name)
    },
    freeSlots: (name) => nodeOf(name)?.freeSlots() ?? null,
    fullSince: () => null,
  })

  const hear = (
    { encoder }: NonNullable<ReturnType<SimulatedPeer['life']>>,
    { operations }: SignedTransaction,
  ): void => {
    for (const [name, fields] of operations) {
      if (name !== 'custom_json') continue
      const parsed = parseOperation(String(fields['json']))
      if (!parsed.ok) continue
      if (parsed.operation.t === 'job.offer') encoder?.considerOffer(parsed.operation)
      if (parsed.operation.t === 'job.award') encoder?.hearAward(parsed.operation)
    }
  }

  const unlessKilled = (peer: SimulatedPeer, act: () => unknown): void => {
    try {
      act()
    } catch (error) {
      if (!peer.wasKilled()) throw error
    }
  }

  /** Starts most of the killed again, and lets some of the living die at one of their next effects. */
  const reap = (percent: number): void => {
    for (const peer of peers.values()) {
      if (peer.wasKilled() && random.percent(60)) peer.start()
      else if (peer.wasKilled()) continue
      else if (peer.isUp() && random.percent(percent)) peer.arm(random.below(10))
    }
  }

  const pace = {
    blocks: (count: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { left: count, wake: () => resolve() }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
      }),
    isUp: (name: HiveAccount) => nodesOf(name).some((peer) => peer.isUp()),
  }

  /** Lets every promise that can go on go on, and delivers what was sent meanwhile, until nothing is left. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 50; round += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      const due = random.shuffle(mail.splice(0))
      if (due.length === 0) return
      for (const deliver of due) await deliver()
    }
  }

  const catchUp = (peer: SimulatedPeer): void => {
    while (peer.height() < chain.blocks.length) {
      peer.take(chain.blocks[peer.height()]!)
      unlessKilled(peer, () => peer.life()?.advance())
    }
  }

  const world = {
    chain,
    join: (name: string, terms: PeerTerms): SimulatedPeer => {
      const peer = createSimulatedPeer(name, terms, { chain, network: networkOf(name), pace })
      peers.set(name, peer)
      if (chain.vault.purses.has(peer.account)) return peer
      chain.vault.purses.set(peer.account, purse)
      funded += purse
      return peer
    },
    peers,
    random,
    /** How often an account called for something. */
    calls: (name: string, verb: string): number =>
      called.filter((call) => call === `${name} ${verb}`).length,
    step: async (seconds = 3): Promise<void> => {
      if (kills > 0) reap(kills)
      partitions.pass([...peers.keys()])
      for (const message of delayed.splice(0)) {
        message.left -= 1
        if (message.left > 0) delayed.push(message)
        else mail.push(message.deliver)
      }
      for (const peer of random.shuffle([...peers.values()])) {
        if (!peer.isUp() || partitions.isBlind(peer.name)) continue
        for (const entry of peer.waiting())
          if (!random.percent(faults.loss))
            chain.send(entry, (complaint) => peer.complain(entry.id, complaint))
      }
      chain.produce(random, seconds, faults.delay)
      for (const sleeper of sleepers) {
        sleeper.left -= 1
        if (sleeper.left > 0) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
      for (const peer of random.shuffle([...peers.values()]))
        if (peer.isUp() && !partitions.isBlind(peer.name) && !random.percent(faults.lag))
          catchUp(peer)
      await settle()
      for (const peer of peers.values()) unlessKilled(peer, () => peer.life()?.advance())
      await settle()
    },
    until: async (isReached: () => boolean, limit = 400): Promise<void> => {
      for (let steps = 0; !isReached(); steps += 1) {
        if (steps >= limit) throw new Error(`not reached in ${limit} blocks (seed ${seed})`)
        await world.step()
      }
    },
    run: async (steps: number): Promise<void> => {
      for (let made = 0; made < steps; made += 1) await world.step()
    },
    /** Asks again where the node was killed over it, as its owner would. */
    post: async (
      peer: SimulatedPeer,
      reference = 1,
      ceiling?: bigint,
      split?: number | 'auto',
    ): Promise<JobId> => {
      const request = {
        reference: reference.toString(16).padStart(16, '0'),
        path: 'film.mp4',
        ceiling: ceiling as never,
        split,
      }
      for (;;) {
        if (peer.wasKilled()) peer.start()
        try {
          return await peer.life()!.creator!.postJob(request, new AbortController().signal)
        } catch (error) {
          if (!peer.wasKilled()) throw error
        }
      }
    },
    /** Everybody registered and seen. */
    open: async (): Promise<void> =>
      world.until(() =>
        [...peers.values()].every((peer) =>
          [...peers.values()].every(({ account: name }) => peer.ledger().nodes.has(name)),
        ),
      ),
    /** Money is neither made nor lost, and nobody was paid twice for a job or more than its price. */
    expectSound: (): void => {
      assert.equal(chain.vault.total(), funded)
      const paid = new Map<string, number>()
      for (const { meta, price, toEncoder, toCreator } of chain.vault.payments.values()) {
        const { job } = JSON.parse(meta) as { job: string }
        assert.ok(toEncoder + toCreator <= price, `${job} moved more than its price`)
        if (toEncoder > 0n) paid.set(job, (paid.get(job) ?? 0) + 1)
      }
      for (const [job, times] of paid) assert.equal(times, 1, `${job} was paid ${times} times`)
      expectAgreement(chain.vault, [...peers.values()])
    },
    /** Nobody is struck down any more, and everybody who was is up again. */
    calm: (): void => {
      kills = 0
      partitions.heal()
      for (const peer of peers.values()) {
        peer.disarm()
        if (!peer.isUp()) peer.start()
      }
    },
    /** How often the nodes were cut in two. */
    cuts: partitions.seen,
    /** How often a node was struck down. */
    deaths: (): number => [...peers.values()].reduce((sum, peer) => sum + peer.deaths(), 0),
    /** Takes money out of a purse, to an account that no node has. */
    spend: (name: string, amount: bigint): void => {
      const { purses } = chain.vault
      purses.set(account(name), (purses.get(account(name)) ?? 0n) - amount)
      purses.set(account('dora'), (purses.get(account('dora')) ?? 1_000n) + amount)
      funded += 1_000n
    },
    /** A transaction of an account's own making, past whatever node it runs. Resolves when a block has it; rejects with the chain's refusal. */
    send: async (name: string, ...operations: readonly HiveOperation[]): Promise<void> => {
      sent += 1
      const refusals: string[] = []
      const id = transactionId(`${name} by hand ${sent}`)
      const expires = ChainTime.parse(chain.now() + 60)
      const transaction = { operations } as unknown as SignedTransaction
      const entry = {
        key: id,
        transaction,
        id,
        expires,
        phase: 'signed',
        block: null,
        complaint: null,
      } as const
      chain.send(entry, (complaint) => refusals.push(complaint))
      await world.until(() => refusals.length > 0 || chain.includes(id))
      if (refusals.length > 0) throw new Error(refusals[0])
    },
    operationId: testNetwork.operationId,
  }
  return world
}
/** What the contracts say was settled is what hived's rules moved. */
function expectAgreement({ payments }: Vault, peers: readonly SimulatedPeer[]): void {
  const ahead = peers.toSorted((left, right) => right.height() - left.height())[0]
  for (const job of ahead?.ledger().jobs.values() ?? []) {
    if (job.phase !== 'settled') continue
    const key = `${job.awardedAt.transaction} ${job.creator}/${job.award.escrow}`
    const moved = payments.get(key)
    assert.equal(moved?.toEncoder, job.toEncoder, `what ${job.id} paid its encoder`)
    assert.equal(moved.toCreator, job.toCreator, `what ${job.id} gave back`)
  }
}

export type World = ReturnType<typeof createWorld>
