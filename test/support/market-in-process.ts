import type { Ledger } from '#contracts/ledger.ts'
import { MarketError } from '#market/errors.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { Bid } from '#protocol/bid.ts'
import type { JobId } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { Codec } from '#protocol/recipe.ts'
import type { TestDevchain } from './devchain.ts'
import { aLocalSigner } from './local-signer.ts'
import type { LyingRpc } from './lying-rpc.ts'
import { aLyingRpc } from './lying-rpc.ts'
import { aMarketChain } from './market-chain.ts'
import type {
  Behaviour,
  MarketMedia,
  NodeName,
  Participant,
  Role,
  Submission,
  Terms,
} from './participant.ts'
import { aParticipant, nodeNames, roleOf, usualBehaviour } from './participant.ts'

/** A creator, an encoder and an arbiter with the real services, stores and chain, but without network, media or processes. */
export interface MarketInProcess extends AsyncDisposable {
  readonly chain: TestDevchain
  readonly participants: { readonly [R in Role]: Participant }
  readonly behaviour: Behaviour
  /** An endpoint that may lie, and that everybody asks first who has more than the chain's own. */
  readonly liar: LyingRpc
  /** Everything that was handed to an outbox, and the source file and line that did. */
  readonly submissions: readonly Submission[]
  /** Bids that were published. */
  readonly bids: readonly Bid[]
  /** What the node that is furthest ahead knows of the market. */
  ledger(): Ledger
  /** Why the encoder did not bid. */
  readonly declined: readonly string[]
  /** Lets the clock of a chain that has one run on: its next block is that much later. */
  sleep(seconds: number): void
  /** Rounds with a block after each. */
  live(rounds: number): Promise<void>
  post(reference: string, codec?: Codec): Promise<JobId>
}

/**
 * On a clock the chain can sleep, but makes a block of its own now and then; by hand it makes only those it is told to.
 * Everybody holds both keys unless told otherwise.
 */
export async function aMarket(
  pace: 'by hand' | 'on a clock',
  keys: Partial<Record<Role, readonly SigningRole[]>> = {},
  media: MarketMedia | null = null,
  terms: Terms = {},
  endpoints: 'the chain' | 'a liar and two more' = 'the chain',
): Promise<MarketInProcess> {
  let clock = Date.parse('2026-01-01T00:00:00Z')
  const chain = await aMarketChain(pace, () => clock)
  const liar = await aLyingRpc(chain.url)
  const second = await aLyingRpc(chain.url)
  const behaviour = usualBehaviour(terms)
  const submissions: Submission[] = []
  const bids: Bid[] = []
  const declined: string[] = []
  const nodes = new Map<NodeName, Participant>()

  const network: MarketNetwork = {
    publish: async (topic, message) => {
      if (topic === 'bids') bids.push((message as { readonly body: Bid }).body)
      if (topic !== 'offers' || !('transaction' in message)) return
      for (const { hear } of nodes.values()) hear(message.transaction)
    },
    call: async (to, verb, request) => {
      const reached = [...nodes.values()].find(
        (node) => node.account === to && !node.isSuperseded(),
      )
      if (!reached || isAsleep(behaviour, to))
        throw new MarketError('peer-unreachable', `@${to} is away`)
      return reached.answer(verb, request)
    },
    isConnected: () => true,
    freeSlots: () => 1,
    fullSince: () => null,
  }

  const urls = endpoints === 'the chain' ? [chain.url] : [liar.url, second.url, chain.url]
  for (const name of nodeNames(behaviour)) {
    const signer = aLocalSigner(roleOf(name), keys[roleOf(name)])
    const outside = { urls, now: () => clock, network, signer, media }
    const told = { behaviour, submissions, declined }
    nodes.set(name, aParticipant(name, { ...outside, ...told }))
  }
  const first = (role: Role): Participant => nodes.get(role) as Participant
  const participants = {
    creator: first('creator'),
    encoder: first('encoder'),
    arbiter: first('arbiter'),
  }

  return {
    chain,
    participants,
    behaviour,
    liar,
    submissions,
    bids,
    declined,
    ledger: () => furthest([...nodes.values()].map(({ node }) => node.follower.view.current())),
    sleep: (seconds) => {
      clock += seconds * 1_000
    },
    live: async (rounds) => {
      for (let round = 0; round < rounds; round += 1) {
        const awake = [...nodes.values()].filter((node) => !isAsleep(behaviour, node.account))
        for (const each of awake) await each.round()
        for (const { settled } of nodes.values()) await settled()
        for (const { node } of awake) await node.broadcaster.flush()
        chain.produceBlocks(1)
      }
    },
    post: async (reference, codec) => {
      const owner = [...nodes.values()].find(
        ({ roles, isSuperseded }) => roles.creator && !isSuperseded(),
      )
      const creator = owner?.roles.creator
      if (!creator) throw new Error('the creator plays its role')
      return creator.postJob(
        { reference, path: media?.path ?? '/video.mp4', codec },
        AbortSignal.timeout(30_000),
      )
    },
    [Symbol.asyncDispose]: async () => {
      for (const { node } of nodes.values()) await node[Symbol.asyncDispose]()
      await liar[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      await chain[Symbol.asyncDispose]()
    },
  }
}

/** True for an account whose machines are off. */
export function isAsleep({ asleep, encoder }: Behaviour, account: string): boolean {
  return asleep.has(account as Role) || (account === 'encoder' && encoder === 'asleep')
}

function furthest(ledgers: readonly Ledger[]): Ledger {
  const [best] = ledgers.toSorted(
    (left, right) => (right.head?.height ?? 0) - (left.head?.height ?? 0),
  )
  if (!best) throw new Error('a market has nodes')
  return best
}
