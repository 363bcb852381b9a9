import type { ActivationHeights } from '#contracts/activation.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createEncounterStore } from '#market/adapters/sqlite/encounter-store.ts'
import {
  createBidStore,
  createCreatorJobStore,
  createEncoderJobStore,
  createJobEventStore,
  createSealStore,
  createSplitJobStore,
} from '#market/adapters/sqlite/job-stores.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { CreatorJob } from '#market/domain/creator-job.ts'
import type { EncoderJob } from '#market/domain/encoder-job.ts'
import { isOccupying } from '#market/domain/encoder-job.ts'
import { defaultPrices, scalePrices } from '#market/domain/pricing.ts'
import type { Selection } from '#market/domain/selection.ts'
import { usualSelection } from '#market/domain/selection.ts'
import type { SplitJob } from '#market/domain/split-job.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { Outbox } from '#market/ports/outbox.ts'
import type { RangeMerger } from '#market/ports/processing.ts'
import type { Replicator } from '#market/ports/replication.ts'
import { createAnnouncePresence } from '#market/services/announce-presence.ts'
import type { Arbiter } from '#market/services/arbiter/arbiter.ts'
import { createArbiter } from '#market/services/arbiter/arbiter.ts'
import type { BackgroundWork } from '#market/services/background.ts'
import { createBackground } from '#market/services/background.ts'
import type { Creator } from '#market/services/creator/creator.ts'
import { createCreator } from '#market/services/creator/creator.ts'
import type { StandIns } from '#market/services/creator/stand-in.ts'
import type { Encoder } from '#market/services/encoder/encoder.ts'
import { createEncoder } from '#market/services/encoder/encoder.ts'
import type { Registration } from '#market/services/register-node.ts'
import { createRegistration } from '#market/services/register-node.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import { Signature } from '#protocol/envelope.ts'
import type { JobId } from '#protocol/ids.ts'
import { ChainTime, formatChainTime, TransactionId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { NodeRole } from '#protocol/registration.ts'
import type { Bidding } from '#protocol/selection.ts'
import { account as accountOf, encoderProfile, hashHex, hbd, peerId, sha256 } from '../builders.ts'
import { genesis, testNetwork } from '../test-chain.ts'
import { createMortality, Killed } from './mortality.ts'
import type { SimulatedChain } from './simulated-chain.ts'
import type { Conduct, Film, Judgement, Pace } from './work.ts'
import {
  simulatedChecker,
  simulatedContent,
  simulatedEngine,
  simulatedMerger,
  simulatedProcessor,
} from './work.ts'

export type PeerTerms = {
  readonly roles: readonly NodeRole[]
  readonly conduct?: Conduct
  readonly slots?: number
  readonly pricePercent?: bigint
  readonly fee?: bigint
  readonly escrowLimit?: bigint
  readonly releaseLimit?: bigint
  readonly selection?: Selection
  readonly bidding?: Bidding
  /** What the node takes to come into force later than the market. */
  readonly activations?: Partial<ActivationHeights>
  readonly standIns?: StandIns
  /** The account, where it is not the node's name: two nodes can have one. */
  readonly account?: string
  readonly judgement?: Judgement
  readonly merger?: RangeMerger
  /** Who has others keep what is finished; nobody unless told otherwise. */
  readonly replicator?: Replicator
  /** `large` has two renditions, of 720 and 480 lines. */
  readonly film?: Film
  /** Seconds by which the node's clock is ahead of the chain's, or behind it where below zero. */
  readonly skewSeconds?: number
}

type Life = {
  readonly background: BackgroundWork
  readonly creator: Creator | null
  readonly encoder: Encoder | null
  readonly arbiter: Arbiter | null
  readonly advance: () => void
}

const signature = Signature.parse('0'.repeat(130))

/**
 * A node of a simulated world: the real services over a real database in memory, with a chain, a network and work that are simulated.
 * Its database and its blocks outlive a stop; everything else is made anew.
 */
export function createSimulatedPeer(
  name: string,
  terms: PeerTerms,
  {
    chain,
    network: mesh,
    pace,
  }: { readonly chain: SimulatedChain; readonly network: MarketNetwork; readonly pace: Pace },
) {
  const { roles, slots = 1, pricePercent = 100n, film = 'small', escrowLimit, releaseLimit } = terms
  const { selection = usualSelection, bidding = 'open' } = terms
  const { standIns = { most: 0, atOnce: null } } = terms
  let fee = terms.fee ?? 1n
  const account = accountOf(terms.account ?? name)
  const { database, state: disk } = openDatabase(':memory:')
  const jobs = createCreatorJobStore(database)
  const work = createEncoderJobStore(database)
  const splits = createSplitJobStore(database)
  const events = createJobEventStore(database)
  const encounters = createEncounterStore(database)
  const store = createOutboxStore(database)
  const engine = simulatedEngine(film)
  const content = simulatedContent()
  const mortality = createMortality()
  let wasKilled = false
  let deaths = 0
  let judgement: Judgement = terms.judgement ?? 'fair'
  let conduct: Conduct = terms.conduct ?? 'honest'
  let ledger: Ledger = genesis()
  let life: Life | null = null
  let signed = 0
  let registered: Registration | null = null
  const view = {
    current: () => ledger,
    isSynced: () => ledger.head !== null,
    isTrusted: () => true,
  }
  const clock = { now: () => (chain.now() + (terms.skewSeconds ?? 0)) * 1_000 }
  const { operationId } = testNetwork

  const book: Outbox = {
    find: (key) => store.find(key),
    submit: ({ key, operations }) => {
      const known = store.find(key)
      if (known) return known
      const expires = ChainTime.parse((ledger.head?.time ?? 0) + 60)
      const id = TransactionId.parse(
        canonicalHash({ key, account, name, expires }, sha256).slice(0, 40),
      )
      const transaction = {
        ref_block_num: 0,
        ref_block_prefix: 0,
        expiration: formatChainTime(expires),
        operations: [...operations],
        extensions: [] as [],
        signatures: [signature],
      }
      store.insert({ key, transaction, id, expires, phase: 'signed', block: null, complaint: null })
      signed += 1
      return store.find(key)!
    },
  }

  const freeSlots = (): number =>
    roles.includes('encoder')
      ? Math.max(0, slots - work.unfinished().filter(isOccupying).length)
      : 0

  const start = (): void => {
    wasKilled = false
    const { effect, survives } = mortality.live(() => {
      wasKilled = true
      deaths += 1
      const ended = life
      life = null
      void ended?.background[Symbol.asyncDispose]()
    })
    const state: typeof disk = { atomically: (step) => effect(() => disk.atomically(step)) }
    const outbox: Outbox = { ...book, submit: (request) => effect(() => book.submit(request)) }
    const mortal = <T extends { save(job: never): void }>(records: T): T => ({
      ...records,
      save: (job) => effect(() => records.save(job)),
    })
    const network: MarketNetwork = {
      ...mesh,
      publish: async (topic, message) => {
        if (survives()) await mesh.publish(topic, message)
      },
      call: async (to, verb, request) => {
        if (!survives()) throw new Killed()
        return mesh.call(to, verb, request)
      },
    }
    const background = createBackground({ onFailure: () => undefined, now: clock.now })
    const processor = simulatedProcessor(() => conduct, pace)
    const checker = simulatedChecker(view, { pace, account, judgement: () => judgement })
    const signer = {
      account,
      seal: async <Body>(body: Body) => ({
        body,
        author: account,
        signature: signatureOf(body),
      }),
    }
    let salts = 0
    const common = {
      account,
      operationId,
      activations: terms.activations,
      state,
      outbox,
      ledger: view,
      network,
      engine,
      content,
      signer,
      processor,
      checker,
      trees: { show: () => undefined },
      background,
      readiness: { obstacle: () => (registration.isSuperseded() ? 'another node' : null) },
      clock,
      sha256,
      events,
      randomHex: () => {
        salts += 1
        return hashHex(`${account} ${salts}`)
      },
    }
    const creator = roles.includes('creator')
      ? createCreator({
          ...common,
          jobs: mortal(jobs),
          splits: mortal(splits),
          merger: terms.merger ?? simulatedMerger,
          replicator: terms.replicator,
          bids: createBidStore(database),
          seals: createSealStore(database),
          encounters,
          balanceOf: (name) => Promise.resolve(hbd(chain.vault.purses.get(name) ?? 0n)),
          options: {
            bidSeconds: 60,
            deadlineSeconds: 300,
            ratificationSeconds: 60,
            ceilingPercent: 200n,
            escrowLimit: escrowLimit === undefined ? undefined : hbd(escrowLimit),
            releaseLimit: releaseLimit === undefined ? undefined : hbd(releaseLimit),
            selection,
            bidding,
            standIns,
          },
        })
      : null
    const encoder = roles.includes('encoder')
      ? createEncoder({
          ...common,
          jobs: mortal(work),
          options: {
            prices: scalePrices(defaultPrices, pricePercent),
            slots,
            firmSeconds: 90,
            marginSeconds: 60,
          },
        })
      : null
    const arbiter = roles.includes('arbiter')
      ? createArbiter({
          ...common,
          options: {
            get fee() {
              return hbd(fee)
            },
          },
        })
      : null
    const registration = createRegistration({
      account,
      operationId,
      outbox,
      ledger: view,
      sha256,
      profile: () => ({
        v: 1,
        t: 'node.register',
        peer: peerId(name),
        addresses: [],
        roles: [...roles],
        ...(encoder
          ? {
              encoder: { ...encoderProfile, prices: [...scalePrices(defaultPrices, pricePercent)] },
            }
          : {}),
        ...(arbiter ? { arbiter: { fee: hbd(fee) } } : {}),
      }),
    })
    registered = registration
    const announce = createAnnouncePresence({ account, ledger: view, network, signer, freeSlots })
    const advance = (): void => {
      registration.advance()
      creator?.advance()
      encoder?.advance()
      arbiter?.advance()
      announce()
    }
    life = { background, creator, encoder, arbiter, advance }
  }

  start()
  return {
    account,
    name,
    freeSlots,
    /** Ends the running life after so many more of its effects. */
    arm: mortality.arm,
    disarm: mortality.disarm,
    deaths: () => deaths,
    wasKilled: () => wasKilled,
    judge: (other: Judgement) => {
      judgement = other
    },
    isSuperseded: () => registered?.isSuperseded() ?? false,
    life: () => life,
    isUp: () => life !== null,
    /** Asks for another fee from now on. */
    charge: (other: bigint) => {
      fee = other
    },
    become: (other: Conduct) => {
      conduct = other
    },
    start,
    stop: async () => {
      mortality.disarm()
      wasKilled = false
      const ended = life
      life = null
      await ended?.background[Symbol.asyncDispose]()
    },
    height: () => ledger.head?.height ?? 0,
    ledger: () => ledger,
    /** Takes a block in, with what it decides about this node's transactions. */
    take: (block: LedgerBlock) => {
      ledger = chain.ledgerAt(block.height)
      const included = new Set(block.operations.map(({ transaction }) => transaction))
      for (const { id, expires } of store.undecided()) {
        if (included.has(id)) store.confirm(id, block.height)
        else if (block.time >= expires) store.expire(id)
      }
    },
    /** What is signed and in no block yet. */
    waiting: () => store.signed(),
    complain: (id: TransactionId, complaint: string) => store.complain(id, complaint),
    signed: () => signed,
    job: (id: JobId): CreatorJob | null => jobs.find(id),
    jobs: (): readonly CreatorJob[] => jobs.unfinished(),
    posted: (): readonly CreatorJob[] => jobs.latest(100),
    split: (id: JobId): SplitJob | null => splits.find(id),
    work: (id: JobId): EncoderJob | null => work.find(id),
    /** What this node has seen of an encoder. */
    encounters: (name: string) =>
      encounters.of(accountOf(name), ChainTime.parse(0)).map(({ kind }) => kind),
    openWork: (): readonly EncoderJob[] => work.unfinished(),
    events: (id: JobId): readonly JobEvent[] => events.after(id, 0).map(({ event }) => event),
  }
}
export type SimulatedPeer = ReturnType<typeof createSimulatedPeer>

/** Not a signature, but different for different bodies, as one is. */
function signatureOf(body: unknown): Signature {
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  return Signature.parse(`${hashHex(text)}${hashHex(`${text} `)}00`)
}
