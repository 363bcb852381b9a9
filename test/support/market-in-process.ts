import { challengeOf } from '#contracts/delivering.ts'
import { createJobEventStore } from '#market/adapters/sqlite/job-stores.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine, RecipeProof } from '#market/ports/encoding-engine.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { OutboxRequest } from '#market/ports/outbox.ts'
import type { DeliveryChecker, JobProcessor } from '#market/ports/processing.ts'
import type { BackgroundWork } from '#market/services/background.ts'
import { createCheckpointPublisher } from '#market/services/publish-checkpoint.ts'
import { createRegistration } from '#market/services/register-node.ts'
import { createAccounts } from '#node/chain/accounts.ts'
import { createEnvelopeSigner } from '#node/chain/envelopes.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { networks } from '#node/networks.ts'
import { marketOperation } from '#node/p2p/announcement.ts'
import type { PeerConfig } from '#node/peer-config.ts'
import type { Roles } from '#node/roles.ts'
import { createRoles, pricesOf } from '#node/roles.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { CallRequest, CallResponse } from '#protocol/calls.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { Codec, Recipe } from '#protocol/recipe.ts'
import { contractRecipe, recipes } from '#protocol/recipe.ts'
import type { NodeRegister, NodeRole } from '#protocol/registration.ts'
import type { Signer } from '#protocol/signer.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import {
  account,
  aDelivery,
  aProfile,
  cid,
  encoderProfile,
  hbd,
  peerId,
  sha256,
} from './builders.ts'
import type { ChainNode } from './chain-node.ts'
import { aChainNode } from './chain-node.ts'
import type { TestDevchain } from './devchain.ts'
import { aDevchain } from './devchain.ts'
import { aLocalSigner } from './local-signer.ts'
import type { LyingRpc } from './lying-rpc.ts'
import { aLyingRpc } from './lying-rpc.ts'

/** What the world outside the chain does to a job. */
type Behaviour = {
  /** How the encoder's work ends; an error is thrown where the work would be done. */
  work: 'delivers' | 'cannot' | 'never ends'
  verdict: 'pass' | 'fail' | 'never'
  /** An encoder that sleeps does nothing, as one whose machine is off. */
  encoder: 'awake' | 'asleep'
  /** Others who sleep. */
  readonly asleep: Set<Role>
  /** What a checker of its own mind finds, whatever the verdict of the rest. */
  readonly findings: Map<Role, readonly Fault[]>
  /** Recipes besides the contract's that the encoder has published as proven. */
  readonly publishes: readonly Recipe[]
  /** Whose machine can follow the contract's recipe only. */
  readonly unable: readonly string[]
}

type Role = 'creator' | 'encoder' | 'arbiter'

type Submission = { readonly request: OutboxRequest; readonly caller: string }

type Participant = {
  readonly account: HiveAccount
  readonly node: ChainNode
  readonly roles: Roles
  /** One round of everything, as a peer's ticker makes it. */
  readonly round: () => Promise<void>
  /** Publishes the last checkpoint, if there is one. No round does it: a chain here is rarely that long. */
  readonly publishCheckpoint: () => void
}

/** A creator, an encoder and an arbiter with the real services, stores and chain, but without network, media or processes. */
export interface MarketInProcess extends AsyncDisposable {
  readonly chain: TestDevchain
  readonly participants: { readonly [R in 'creator' | 'encoder' | 'arbiter']: Participant }
  readonly behaviour: Behaviour
  /** An endpoint that may lie, and that everybody asks first who has more than the chain's own. */
  readonly liar: LyingRpc
  /** Everything that was handed to an outbox, and the source file and line that did. */
  readonly submissions: readonly Submission[]
  /** Why the encoder did not bid. */
  readonly declined: readonly string[]
  /** Lets the clock of a chain that has one run on: its next block is that much later. */
  sleep(seconds: number): void
  /** Rounds with a block after each. */
  live(rounds: number): Promise<void>
  post(reference: string, codec?: Codec): Promise<JobId>
}

const config = {
  network: networks.devchain,
  encoder: { workers: 1, slots: 2, pricePercent: 1_000n, firmSeconds: 600, marginSeconds: 60 },
  creator: {
    bidSeconds: 60,
    deadlineSeconds: 300,
    ratificationSeconds: 120,
    ceilingPercent: 2_000n,
  },
  arbiter: { fee: hbd(1n) },
} as const

/** Real media for a market: what its nodes measure, keep, encode and check with, all of them by the same store. */
export type MarketMedia = {
  readonly path: string
  readonly engine: EncodingEngine
  readonly content: ContentStore
  readonly processor: JobProcessor
  readonly checkerOf: (ledger: LedgerView) => DeliveryChecker
}

/**
 * On a clock the chain can sleep, but makes a block of its own now and then; by hand it makes only those it is told to.
 * Everybody holds both keys unless told otherwise.
 */
export async function aMarket(
  pace: 'by hand' | 'on a clock',
  keys: Partial<Record<'creator' | 'encoder' | 'arbiter', readonly SigningRole[]>> = {},
  media: MarketMedia | null = null,
  terms: Partial<Pick<Behaviour, 'publishes' | 'unable'>> = {},
  endpoints: 'the chain' | 'a liar and two more' = 'the chain',
): Promise<MarketInProcess> {
  const rich = { hbd: '100.000 HBD' }
  let clock = Date.parse('2026-01-01T00:00:00Z')
  const chain = await aDevchain({
    accounts: { creator: rich, encoder: {}, arbiter: {}, stranger: rich },
    time: '2026-01-01T00:00:00',
    // At 3 s block time follows the clock, so that a day needs no day's blocks.
    pace: pace === 'by hand' ? { type: 'manual' } : { type: 'interval', seconds: 3 },
    now: () => clock,
  })
  chain.produceBlocks(2)
  const liar = await aLyingRpc(chain.url)
  const second = await aLyingRpc(chain.url)
  const behaviour: Behaviour = {
    work: 'delivers',
    verdict: 'pass',
    encoder: 'awake',
    asleep: new Set(),
    findings: new Map(),
    ...{ publishes: [], unable: [] },
    ...terms,
  }
  const submissions: Submission[] = []
  const declined: string[] = []
  const found = new Map<HiveAccount, Participant>()
  const settle: (() => Promise<void>)[] = []

  const network: MarketNetwork = {
    publish: async (topic, message) => {
      if (topic !== 'offers' || !('transaction' in message)) return
      hear(found, message.transaction)
    },
    call: async (to, verb, request) => {
      const { creator, encoder } = found.get(to)?.roles ?? {}
      const answers = {
        bid: () => creator?.receiveBid(request as CallRequest<'bid'>),
        progress: () => creator?.receiveProgress(request as CallRequest<'progress'>),
        award: () => ({ accepted: encoder !== undefined }),
      }
      return (answers[verb]() ?? { accepted: false }) as CallResponse<typeof verb>
    },
    isConnected: () => true,
    freeSlots: () => 1,
  }

  const add = (name: NodeRole & ('creator' | 'encoder' | 'arbiter')): Participant => {
    const signer = aLocalSigner(name, keys[name])
    const urls = endpoints === 'the chain' ? [chain.url] : [liar.url, second.url, chain.url]
    const now = (): number => clock
    const surroundings = {
      urls,
      now,
      network,
      behaviour,
      submissions,
      declined,
      settle,
      signer,
      media,
    }
    const participant = aParticipant(name, surroundings)
    found.set(participant.account, participant)
    return participant
  }
  const participants = { creator: add('creator'), encoder: add('encoder'), arbiter: add('arbiter') }
  const everyone = Object.values(participants)

  return {
    chain,
    participants,
    behaviour,
    liar,
    submissions,
    declined,
    sleep: (seconds) => {
      clock += seconds * 1_000
    },
    live: async (rounds) => {
      for (let round = 0; round < rounds; round += 1) {
        const awake = everyone.filter(
          ({ account: name }) =>
            !behaviour.asleep.has(name as string as Role) &&
            (name !== participants.encoder.account || behaviour.encoder === 'awake'),
        )
        for (const each of awake) await each.round()
        for (const settled of settle) await settled()
        for (const { node } of awake) await node.broadcaster.flush()
        chain.produceBlocks(1)
      }
    },
    post: async (reference, codec) => {
      const { creator } = participants.creator.roles
      if (!creator) throw new Error('the creator plays its role')
      return creator.postJob(
        { reference, path: media?.path ?? '/video.mp4', codec },
        AbortSignal.timeout(30_000),
      )
    },
    [Symbol.asyncDispose]: async () => {
      for (const { node } of everyone) await node[Symbol.asyncDispose]()
      await liar[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      await chain[Symbol.asyncDispose]()
    },
  }
}

function hear(
  participants: ReadonlyMap<HiveAccount, Participant>,
  transaction: SignedTransaction,
): void {
  const operation = marketOperation(transaction, networks.devchain.operationId)
  for (const { roles } of participants.values()) {
    if (operation?.t === 'job.offer') roles.encoder?.considerOffer(operation)
    if (operation?.t === 'job.award') roles.encoder?.hearAward(operation)
  }
}

type Surroundings = {
  readonly urls: readonly string[]
  readonly now: () => number
  readonly network: MarketNetwork
  readonly behaviour: Behaviour
  readonly submissions: Submission[]
  readonly declined: string[]
  readonly settle: (() => Promise<void>)[]
  readonly signer: Signer
  readonly media: MarketMedia | null
}

function aParticipant(
  name: 'creator' | 'encoder' | 'arbiter',
  { urls, now, network, behaviour, submissions, declined, settle, signer, media }: Surroundings,
): Participant {
  const self = account(name)
  const { operationId } = networks.devchain
  const node = aChainNode({ urls, account: name, now, timeoutMs: 2_000, signer })
  const ledger = node.follower.view
  const outbox: ChainNode['outbox'] = {
    find: node.outbox.find,
    submit: (request) => {
      submissions.push({ request, caller: callerOf() })
      return node.outbox.submit(request)
    },
  }
  const { background, settled } = backgroundByHand()
  settle.push(settled)
  const peerConfig = { ...config, account: self, roles: [name] } as unknown as PeerConfig
  const roles = createRoles({
    config: peerConfig,
    database: node.database,
    state: node.state,
    events: createJobEventStore(node.database),
    outbox,
    ledger,
    network,
    signer: createEnvelopeSigner(self, signer, devchainChainId),
    engine: media?.engine ?? anEngine(name, behaviour),
    content: media?.content ?? content,
    processor: media?.processor ?? aProcessor(behaviour),
    checker: media ? onceDrawn(node, media.checkerOf(ledger)) : aChecker(node, behaviour, name),
    trees: { show: () => undefined },
    background,
    readiness: { obstacle: () => (registration.isSuperseded() ? 'another node' : null) },
    accounts: createAccounts({ rpc: node.rpc, now: () => 0 }, { ttlMs: 0, limit: 10 }),
    clock: { now: () => 0 },
    onDecline: (_, reason) => declined.push(reason),
  })
  const registration = createRegistration({
    account: self,
    operationId,
    outbox,
    ledger,
    sha256,
    profile: () => profileOf(name, peerConfig, { behaviour, engine: media?.engine }),
  })
  return {
    account: self,
    node,
    roles,
    publishCheckpoint: createCheckpointPublisher(
      { account: self, operationId, outbox, ledger },
      { everyCheckpoints: 1 },
    ),
    round: async () => {
      await node.catchUp()
      registration.advance()
      roles.advance()
    },
  }
}

function profileOf(
  name: 'creator' | 'encoder' | 'arbiter',
  peer: PeerConfig,
  { behaviour, engine: real }: { behaviour: Behaviour; engine: EncodingEngine | undefined },
): NodeRegister {
  const proofOf = (recipe: Recipe) => real?.proofOf(recipe) ?? standingOf(recipe)
  const capabilities = behaviour.publishes.map((recipe) => ({
    ...{ codec: recipes[recipe].codec, encoder: recipes[recipe].encoder },
    ...{ hwAccel: 'none' as const, maxResolution: '1080p', speed: 1_000 },
    proof: { recipe, class: proofOf(recipe).class.cid },
  }))
  const encoder = {
    ...{ ...encoderProfile, capabilities, prices: [...pricesOf(peer)] },
    class: proofOf(contractRecipe).class,
  }
  return {
    v: 1,
    t: 'node.register',
    peer: peerId(name),
    addresses: [],
    roles: [name],
    ...(name === 'encoder' ? { encoder } : {}),
    ...(name === 'arbiter' ? { arbiter: config.arbiter } : {}),
  }
}

/** The first file of the services on the stack that is not the one they all go through: `market/services/x.ts:12`. */
function callerOf(): string {
  const frames = (new Error('where').stack ?? '').split('\n')
  const places = frames.flatMap((frame) => frame.match(/market\/services\/[\w/-]+\.ts:\d+/) ?? [])
  return places.find((place) => !place.startsWith('market/services/submit.ts')) ?? 'nowhere'
}

/** Background work whose end a test can wait for; what failed may start again at once. */
function backgroundByHand(): { background: BackgroundWork; settled: () => Promise<void> } {
  const running = new Map<
    string,
    { readonly abort: AbortController; readonly done: Promise<void> }
  >()
  return {
    background: {
      start: (key, work, onFailure) => {
        if (running.has(key)) return
        const abort = new AbortController()
        const done = work(abort.signal)
          .catch((error: unknown) => onFailure?.(error, 1))
          .finally(() => running.delete(key))
        running.set(key, { abort, done })
      },
      stop: (key) => running.get(key)?.abort.abort(),
      [Symbol.asyncDispose]: async () => undefined,
    },
    settled: async () => {
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}

/** Every recipe but the contract's takes four times as long, and has a class of its own. */
function standingOf(recipe: Recipe): RecipeProof {
  if (recipe === contractRecipe)
    return { class: encoderProfile.class, pixelsPerSecond: 100_000_000 }
  return { class: { ...encoderProfile.class, cid: cid(recipe) }, pixelsPerSecond: 25_000_000 }
}

/** A machine that has proven the contract's recipe, what its encoder has published, and what it is asked for. */
function anEngine(name: string, { publishes, unable }: Behaviour): EncodingEngine {
  const proven = new Set<Recipe>([contractRecipe, ...(name === 'encoder' ? publishes : [])])
  return {
    ...engine,
    proofOf: (recipe) => (proven.has(recipe) ? standingOf(recipe) : null),
    prove: async (recipe) => {
      if (unable.includes(name)) throw new MarketError('unsupported-here', 'Not with this FFmpeg.')
      proven.add(recipe)
      return standingOf(recipe)
    },
  }
}

const engine: Omit<EncodingEngine, 'proofOf' | 'prove'> = {
  class: encoderProfile.class,
  workers: 1,
  pixelsPerSecond: 100_000_000,
  analyse: async () => aProfile(),
  encodeCell: () => Promise.reject(new Error('nothing is encoded here')),
  encodeAudio: () => Promise.reject(new Error('nothing is encoded here')),
  copyVideo: () => Promise.reject(new Error('nothing is copied here')),
  tryCopy: async () => null,
  decodes: () => true,
}

const content = {
  addFile: async () => ({ cid: cid('source'), bytes: 1_000_000, dagBytes: 1_000_100 }),
  addBytes: async () => ({ cid: cid('evidence'), bytes: 500, dagBytes: 500 }),
  pin: () => undefined,
  unpin: () => undefined,
} as unknown as ContentStore

function aProcessor(behaviour: Behaviour): JobProcessor {
  return {
    prefetch: async () => undefined,
    process: async (offer) => {
      if (behaviour.work === 'delivers') return aDelivery(offer)
      if (behaviour.work === 'cannot') throw new MarketError('input-unreadable', 'It is no video.')
      throw new Error('not yet')
    },
    release: () => undefined,
  }
}

/** A real checker waits for the blocks that draw its challenge; here none would come while it does. */
function onceDrawn({ follower }: ChainNode, checker: DeliveryChecker): DeliveryChecker {
  return {
    check: async (id, salt, options) => {
      const job = follower.view.current().jobs.get(id)
      if (job?.phase !== 'delivered' || !challengeOf(job, salt, sha256)) throw new Error('not yet')
      return await checker.check(id, salt, options)
    },
  }
}

function aChecker({ follower }: ChainNode, behaviour: Behaviour, name: Role): DeliveryChecker {
  return {
    check: async (id, salt) => {
      const job = follower.view.current().jobs.get(id)
      const delivered = job?.phase === 'delivered' ? job.delivered : null
      const challenge = job && delivered && challengeOf({ ...job, delivered }, salt, sha256)
      if (!challenge || behaviour.verdict === 'never') throw new Error('not yet')
      const usual =
        behaviour.verdict === 'fail'
          ? [{ code: 'bytes-differ', rendition: '480p', segment: 0 } as const]
          : []
      const faults = behaviour.findings.get(name) ?? usual
      return {
        verdict: faults.length > 0 ? 'fail' : 'pass',
        seed: Sha256Hex.parse(challenge.seed),
        challenged: challenge.leaves,
        faults,
        milliseconds: 1,
      }
    },
  }
}
