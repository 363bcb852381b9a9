import { challengeOf } from '#contracts/delivering.ts'
import { createJobEventStore } from '#market/adapters/sqlite/job-stores.ts'
import { usualSelection } from '#market/domain/selection.ts'
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
import type { CallRequest, CallResponse, Verb } from '#protocol/calls.ts'
import type { HiveAccount, PeerId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { contractRecipe, recipes } from '#protocol/recipe.ts'
import type { NodeRegister } from '#protocol/registration.ts'
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

/** What the world outside the chain does to a job. */
export type Behaviour = {
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
  /** `large` has two renditions, of 720 and 480 lines; `small` that of 480 alone. */
  readonly film: 'small' | 'large'
  /** Roles whose account has a second node, with the same keys. */
  readonly twins: readonly Role[]
}

/** What a market is from its start. */
export type Terms = Partial<Pick<Behaviour, 'publishes' | 'unable' | 'film' | 'twins'>>

export type Role = 'creator' | 'encoder' | 'arbiter'
/** A node: the one of a role's account, or the second one of it. */
export type NodeName = Role | `${Role}-2`

/** An honest world, but for what its terms say. */
export function usualBehaviour(terms: Terms = {}): Behaviour {
  return {
    work: 'delivers',
    verdict: 'pass',
    encoder: 'awake',
    asleep: new Set(),
    findings: new Map(),
    publishes: [],
    unable: [],
    film: 'small',
    twins: [],
    ...terms,
  }
}

/** The nodes of a market of these terms; second ones last, so that they have the accounts. */
export function nodeNames({ twins }: Behaviour): readonly NodeName[] {
  return ['creator', 'encoder', 'arbiter', ...twins.map((role) => `${role}-2` as const)]
}

export function roleOf(name: NodeName): Role {
  return name.replace('-2', '') as Role
}

export type Submission = { readonly request: OutboxRequest; readonly caller: string }

export type Participant = {
  readonly account: HiveAccount
  readonly peer: PeerId
  readonly node: ChainNode
  readonly roles: Roles
  /** Reads what blocks there are. A chain that cannot be read now is read later, as a peer does. */
  readonly follow: () => Promise<void>
  /** One round of everything, as a peer's ticker makes it. */
  readonly round: () => Promise<void>
  /** Publishes the last checkpoint, if there is one. No round does it: a chain here is rarely that long. */
  readonly publishCheckpoint: () => void
  /** Resolves when all that the node does in the background has ended. */
  readonly settled: () => Promise<void>
  /** True once another node has the account. */
  readonly isSuperseded: () => boolean
  /** What the node answers to another's call. */
  readonly answer: <V extends Verb>(verb: V, request: CallRequest<V>) => CallResponse<V>
  /** Hears an announcement. */
  readonly hear: (transaction: SignedTransaction) => void
}

const config = {
  network: networks.devchain,
  encoder: { workers: 1, slots: 2, pricePercent: 1_000n, firmSeconds: 600, marginSeconds: 60 },
  creator: {
    bidSeconds: 60,
    deadlineSeconds: 300,
    ratificationSeconds: 120,
    ceilingPercent: 2_000n,
    selection: usualSelection,
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

type Surroundings = {
  readonly urls: readonly string[]
  readonly now: () => number
  readonly network: MarketNetwork
  readonly behaviour: Behaviour
  readonly submissions: Submission[]
  readonly declined: string[]
  readonly signer: Signer
  readonly media: MarketMedia | null
  /** Where the database lies; in memory without one. */
  readonly directory?: string
}

/** A node with the real services, stores and chain, but without network and media, that is moved by hand. */
export function aParticipant(
  name: NodeName,
  { urls, now, network, behaviour, submissions, declined, signer, media, directory }: Surroundings,
): Participant {
  const role = roleOf(name)
  const self = account(role)
  const { operationId } = networks.devchain
  const place = directory === undefined ? {} : { directory }
  const node = aChainNode({ urls, account: role, now, timeoutMs: 2_000, signer, ...place })
  const ledger = node.follower.view
  const outbox: ChainNode['outbox'] = {
    find: node.outbox.find,
    submit: (request) => {
      submissions.push({ request, caller: callerOf() })
      return node.outbox.submit(request)
    },
  }
  const { background, settled } = backgroundByHand()
  const peerConfig = { ...config, account: self, roles: [role] } as unknown as PeerConfig
  const roles = createRoles({
    config: peerConfig,
    database: node.database,
    state: node.state,
    events: createJobEventStore(node.database),
    outbox,
    ledger,
    network,
    signer: createEnvelopeSigner(self, signer, devchainChainId),
    engine: media?.engine ?? anEngine(role, behaviour),
    content: media?.content ?? content,
    processor: media?.processor ?? aProcessor(behaviour),
    checker: media ? onceDrawn(node, media.checkerOf(ledger)) : aChecker(node, behaviour, role),
    merger: { merge: () => Promise.reject(new Error('nothing is merged')) },
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
  const follow = (): Promise<void> => node.catchUp().catch(unlessUnreadable)
  return {
    account: self,
    peer: peerId(name),
    node,
    roles,
    follow,
    settled,
    isSuperseded: registration.isSuperseded,
    answer: <V extends Verb>(verb: V, request: CallRequest<V>) => {
      const answers = {
        bid: () => roles.creator?.receiveBid(request as CallRequest<'bid'>),
        progress: () => roles.creator?.receiveProgress(request as CallRequest<'progress'>),
        seal: () => roles.creator?.receiveSeal(request as CallRequest<'seal'>),
        award: () => ({ accepted: roles.encoder !== null }),
        replicate: () => ({ state: 'refused', reason: 'full' }),
      }
      return (answers[verb]() ?? { accepted: false }) as CallResponse<V>
    },
    hear: (transaction) => {
      const operation = marketOperation(transaction, operationId)
      if (operation?.t === 'job.offer') roles.encoder?.considerOffer(operation)
      if (operation?.t === 'job.award') roles.encoder?.hearAward(operation)
    },
    publishCheckpoint: createCheckpointPublisher(
      { account: self, operationId, outbox, ledger },
      { everyCheckpoints: 1 },
    ),
    round: async () => {
      await follow()
      registration.advance()
      roles.advance()
    },
  }
}

function profileOf(
  name: NodeName,
  peer: PeerConfig,
  { behaviour, engine: real }: { behaviour: Behaviour; engine: EncodingEngine | undefined },
): NodeRegister {
  const role = roleOf(name)
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
    roles: [role],
    ...(role === 'encoder' ? { encoder } : {}),
    ...(role === 'arbiter' ? { arbiter: config.arbiter } : {}),
  }
}

/** Throws whatever is not that no endpoint was of use. */
export function unlessUnreadable(error: unknown): void {
  const isUnreadable =
    error instanceof MarketError &&
    (error.code === 'chain-unavailable' || error.code === 'chain-inconsistent')
  if (!isUnreadable) throw error
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
function anEngine(name: Role, { publishes, unable, film }: Behaviour): EncodingEngine {
  const proven = new Set<Recipe>([contractRecipe, ...(name === 'encoder' ? publishes : [])])
  return {
    ...engine,
    analyse: async () => aProfile(film === 'small' ? {} : { width: 1_280, height: 720 }),
    proofOf: (recipe) => (proven.has(recipe) ? standingOf(recipe) : null),
    prove: async (recipe) => {
      if (unable.includes(name)) throw new MarketError('unsupported-here', 'Not with this FFmpeg.')
      proven.add(recipe)
      return standingOf(recipe)
    },
  }
}

const engine: Omit<EncodingEngine, 'analyse' | 'proofOf' | 'prove'> = {
  class: encoderProfile.class,
  workers: 1,
  pixelsPerSecond: 100_000_000,
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
