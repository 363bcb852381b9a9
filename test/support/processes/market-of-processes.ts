import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { Bid } from '#protocol/bid.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import type { Stage } from '../adversaries/stage.ts'
import { aChainNode } from '../chain-node.ts'
import { aLyingRpc } from '../lying-rpc.ts'
import { isAsleep } from '../market-in-process.ts'
import type { Terms } from '../participant.ts'
import { nodeNames, unlessUnreadable, usualBehaviour } from '../participant.ts'
import { createRandom } from '../world/random.ts'
import { aChainProcess } from './chain-process.ts'
import { unlessDead } from './mortal-process.ts'
import type { NodeProcess } from './node-process.ts'
import { createNodeProcess } from './node-process.ts'
import type { ChainFuse, FromNode } from './questions.ts'

/** A market whose nodes, and whose chain, are processes that are killed as a seed says. */
export type MarketOfProcesses = AsyncDisposable &
  Stage & {
    /** From now on nobody dies. */
    calm(): Promise<void>
    /** Times that nodes, and the chain, have died in the midst of something. */
    deaths(): { readonly nodes: number; readonly chain: number }
  }

export type Kills = {
  readonly seed: number
  /** Times that a node is given a fuse, and the chain as often. */
  readonly most: number
}

/** Points at which a process can die in a busy round, and in a few idle ones. */
const longestFuse = 40
/** How often a node is given a fuse while there are any, in percent of its rounds. */
const fuses = 12
/** How often a dead node starts again with a round, in percent. */
const revivals = 70

/** Points at which the chain can die in about two rounds. */
const longestChainFuse = { writes: 60, answers: 120 } as const
/** How often the chain is given a fuse while there are any, in percent of its blocks. */
const chainFuses = 12
/** How often a dead chain starts again before a node's round, in percent: some rounds have none at all. */
const chainRevivals = 15

export async function aMarketOfProcesses(
  home: string,
  terms: Terms,
  { seed, most }: Kills,
): Promise<MarketOfProcesses> {
  let clock = Date.parse('2026-01-01T00:00:00Z')
  const now = (): number => clock
  const random = createRandom(seed)
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(home, 'market-'))
  const chain = stack.use(await aChainProcess(home, join(folder, 'chain'), now))
  const liar = stack.use(await aLyingRpc(chain.url))
  const second = stack.use(await aLyingRpc(chain.url))
  const observer = stack.use(aChainNode({ urls: [chain.url], account: 'stranger', now }))
  const behaviour = usualBehaviour(terms)
  const bids: Bid[] = []
  const nodes: NodeProcess[] = []
  let left = most
  let leftOfChain = most
  const ledger = () => observer.follower.view.current()

  /** The node that the registry names for an account. */
  const nodeOf = (account: HiveAccount): NodeProcess | undefined => {
    const own = nodes.filter(({ role }) => role === (account as string))
    return own.find(({ peer }) => peer === ledger().nodes.get(account)?.peer) ?? own[0]
  }

  const answer = async (question: FromNode): Promise<unknown> => {
    if (question.type === 'publish') {
      const { topic, message } = question
      if (topic === 'bids') bids.push((message as { readonly body: Bid }).body)
      if (topic !== 'offers') return null
      const { transaction } = message as { readonly transaction: SignedTransaction }
      await Promise.allSettled(nodes.map((node) => node.ask({ type: 'hear', transaction })))
      return null
    }
    const { to, verb, request } = question
    const reached = nodeOf(to)
    if (!reached || isAsleep(behaviour, to))
      throw new MarketError('peer-unreachable', `@${to} is away`)
    return await reached.ask({ type: 'answer', verb, request })
  }

  for (const name of nodeNames(behaviour)) {
    const directory = join(folder, name)
    await mkdir(directory, { recursive: true })
    const start = { name, directory, terms, urls: [liar.url, second.url, chain.url] }
    nodes.push(stack.use(createNodeProcess(start, { home, answer })))
  }
  for (const node of nodes) node.start()

  const round = async (node: NodeProcess): Promise<void> => {
    if (isAsleep(behaviour, node.role)) {
      await node.cut()
      return
    }
    if (!node.isUp() && !random.percent(revivals)) return
    node.start()
    const fuse = left > 0 && random.percent(fuses) ? random.below(longestFuse) : null
    if (fuse !== null) left -= 1
    await unlessDead(node.ask({ type: 'round', now: clock, behaviour, fuse }))
  }

  const observe = (): Promise<void> => observer.catchUp().catch(unlessUnreadable)

  const chainFuse = (): ChainFuse | null => {
    if (leftOfChain === 0 || !random.percent(chainFuses)) return null
    leftOfChain -= 1
    const at = random.percent(50) ? 'writes' : 'answers'
    return { at, points: random.below(longestChainFuse[at]) }
  }

  while (chain.head.number < 2) await chain.produce(null)
  const parts = stack.move()
  return {
    chain,
    behaviour,
    liar,
    bids,
    ledger,
    patience: 200,
    isDisturbed: true,
    sleep: (seconds) => {
      clock += seconds * 1_000
    },
    live: async (rounds) => {
      for (let blocks = 0; blocks < rounds; ) {
        await observe()
        for (const node of nodes) {
          if (!chain.isUp() && random.percent(chainRevivals)) chain.start()
          await round(node)
        }
        if (await chain.produce(chainFuse())) blocks += 1
      }
    },
    post: async (reference) => {
      for (;;) {
        if (!chain.isUp()) chain.start()
        // Of two nodes the registry may name another one by now, and the former takes no job.
        await observe()
        const owner = nodeOf('creator' as HiveAccount)
        owner?.start()
        const posted = await unlessDead(owner?.ask({ type: 'post', reference }))
        if (posted) return posted as JobId
      }
    },
    calm: async () => {
      left = 0
      leftOfChain = 0
      await chain.calm()
      await Promise.all(nodes.map((node) => unlessDead(node.ask({ type: 'calm' }))))
    },
    deaths: () => ({
      nodes: nodes.reduce((sum, node) => sum + node.deaths(), 0),
      chain: chain.deaths(),
    }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
