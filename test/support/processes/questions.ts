import type { CallRequest, Verb } from '#protocol/calls.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Topic } from '#protocol/topics.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import type { Behaviour, NodeName, Terms } from '../participant.ts'

/** What a node's process is started with. */
export type NodeStart = {
  readonly name: NodeName
  readonly urls: readonly string[]
  readonly directory: string
  /** What the market is from its start; a node that starts again has to be the same. */
  readonly terms: Terms
}

/** What the test asks of a node's process. */
export type ToNode =
  /** One round of everything. */
  | {
      readonly type: 'round'
      /** Milliseconds since 1970. */
      readonly now: number
      readonly behaviour: Behaviour
      /** Points at which the process can die until it does; null leaves it as it is. */
      readonly fuse: number | null
    }
  | { readonly type: 'post'; readonly reference: string }
  | { readonly type: 'answer'; readonly verb: Verb; readonly request: CallRequest<Verb> }
  | { readonly type: 'hear'; readonly transaction: SignedTransaction }
  /** It dies of no fuse any more. */
  | { readonly type: 'calm' }

/** What a node's process asks of the test: to reach the other nodes. */
export type FromNode =
  | { readonly type: 'publish'; readonly topic: Topic; readonly message: unknown }
  | {
      readonly type: 'call'
      readonly to: HiveAccount
      readonly verb: Verb
      readonly request: CallRequest<Verb>
    }

/** What the development chain's process is started with. */
export type ChainStart = {
  readonly directory: string
  /** 0 takes a free one. */
  readonly port: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What the test asks of the chain's process; everything tells the time, in milliseconds since 1970. */
export type ToChain = { readonly now: number } & (
  | /** Where it is, and its head. */ { readonly type: 'look' }
  | /** Makes a block, and dies at a point to come if it is given one. */ {
      readonly type: 'produce'
      readonly fuse: ChainFuse | null
    }
  | /** It dies of no fuse any more. */ { readonly type: 'calm' }
)

export type ChainFuse = { readonly at: 'writes' | 'answers'; readonly points: number }
