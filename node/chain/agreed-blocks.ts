import { MarketError } from '#market/errors.ts'
import type { EndpointHealth } from '#protocol/api/control.ts'
import type { BlockHeight } from '#protocol/ids.ts'
import type { Logger } from '../logger.ts'
import type { BlockSource, SourcedBlock } from './block-source.ts'
import type { EndpointFailure } from './hive-rpc.ts'
import { noEndpoint, reason } from './hive-rpc.ts'
import type { Group, Testimony, Unsound } from './testimony.ts'
import { judgeBySeal, sift, weakestSeal } from './testimony.ts'
import type { Witness } from './witness.ts'
import {
  byHealth,
  createWitness,
  healthOf,
  isOwnMachine,
  noteAnswer,
  noteFailure,
  noteHeight,
} from './witness.ts'

/** Blocks that no endpoint alone decides about. */
export interface AgreedBlocks {
  /**
   * The last height that is irreversible by two endpoints that are going on, or by the only one that is.
   * Rejects with `chain-unavailable`, or `chain-foreign` when all serve another chain.
   */
  lastIrreversible(signal: AbortSignal): Promise<BlockHeight>
  /**
   * Blocks `first` to `last` as most endpoints serve them. `check` throws for a range that cannot be true: whoever served it is
   * not counted. Where not all of several say the same, blocks are held against their ids. Rejects with `chain-inconsistent` when none is
   * left or they contradict one another evenly.
   */
  range(
    first: BlockHeight,
    last: BlockHeight,
    check: (blocks: readonly SourcedBlock[]) => void,
    signal: AbortSignal,
  ): Promise<readonly SourcedBlock[]>
  /** How each endpoint does, the preferred one first. */
  health(): readonly EndpointHealth[]
}

export type AgreedBlocksOptions = {
  /** Milliseconds without a new block after which an endpoint is left behind, if another went on meanwhile. */
  readonly frozenMs: number
  /** Endpoints asked for the same blocks; more would be no surer and cost as much again each. */
  readonly witnesses: number
}

type Answers<Answer> = {
  readonly answers: readonly { readonly witness: Witness; readonly answer: Answer }[]
  readonly failures: readonly EndpointFailure[]
}

/**
 * Holds several sources against one another. One that fails rests for a growing while, so that it holds the others up no more;
 * one that is alone is believed as far as its ids prove its blocks, and wholly if it is on this machine.
 */
export function createAgreedBlocks(
  {
    sources,
    logger,
    now,
  }: {
    readonly sources: readonly BlockSource[]
    readonly logger: Logger
    readonly now: () => number
  },
  { frozenMs, witnesses: most }: AgreedBlocksOptions,
): AgreedBlocks {
  const witnesses = sources.map((source) => createWitness(source, now()))
  let round: readonly Witness[] = []
  /** The endpoint that was warned of as the only one. */
  let lone: Witness | null = null

  const rest = (witness: Witness, error: unknown): EndpointFailure => {
    noteFailure(witness, error, now())
    const { url } = witness.source
    logger.debug('endpoint rests', { url, failures: witness.failures, reason: reason(error) })
    return { url, error }
  }

  /** Those that answered, of those that do not rest; all are asked when all rest. */
  const ask = async <Answer>(
    asked: readonly Witness[],
    question: (source: BlockSource) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answers<Answer>> => {
    const results = await Promise.allSettled(
      asked.map(async (witness) => {
        const began = now()
        const answer = await question(witness.source)
        noteAnswer(witness, now() - began)
        return answer
      }),
    )
    signal.throwIfAborted()
    const answers = asked.flatMap((witness, index) => {
      const result = results[index]
      return result?.status === 'fulfilled' ? [{ witness, answer: result.value }] : []
    })
    const failures = asked.flatMap((witness, index) => {
      const result = results[index]
      return result?.status === 'rejected' ? [rest(witness, result.reason)] : []
    })
    return { answers, failures }
  }

  const awake = (): readonly Witness[] => {
    const found = witnesses.filter(({ restsUntil }) => restsUntil <= now())
    return found.length > 0 ? found : witnesses
  }

  /** Those of a round that go on: a frozen chain has none behind, a frozen endpoint is behind alone. */
  const going = (heard: readonly Witness[]): readonly Witness[] => {
    const latest = Math.max(...heard.map(({ grewAt }) => grewAt))
    return heard.filter(({ grewAt }) => grewAt > latest - frozenMs)
  }

  const warnOfLone = (heard: readonly Witness[]): void => {
    const [only] = heard
    const alone = only && heard.length === 1 && !isOwnMachine(only) ? only : null
    if (alone && alone !== lone)
      logger.warn('one endpoint decides alone: a second one would find its lies out', {
        url: alone.source.url,
        named: witnesses.length,
      })
    lone = alone
  }

  /** The group that is believed. Everyone in the others rests. */
  const settle = (groups: readonly Group[], first: number, last: number): Group | undefined => {
    const [best] = groups
    if (best && best.length > 1 && groups.length === 1) return best
    const { standing, broken } = judgeBySeal(groups)
    for (const { witness } of broken.flat()) {
      logger.warn('endpoint serves what its own ids belie', {
        url: witness.source.url,
        first,
        last,
      })
      rest(witness, belied(first, last))
    }
    const [left, other] = standing
    if (left && other && other.length === left.length)
      throw contradiction(first, last, [left, other])
    if (left && !isBorneOut(left)) throw unproven(first, last, left)
    return left
  }

  return {
    lastIrreversible: async (signal) => {
      const { answers, failures } = await ask(
        awake(),
        (source) => source.lastIrreversible(signal),
        signal,
      )
      for (const { witness, answer } of answers) noteHeight(witness, answer, now())
      round = going(answers.map(({ witness }) => witness))
      const heights = round.flatMap(({ height }) => height ?? []).sort((a, b) => b - a)
      const agreed = heights[1] ?? heights[0]
      if (agreed === undefined)
        throw noEndpoint('database_api.get_dynamic_global_properties', failures)
      return agreed
    },
    range: async (first, last, check, signal) => {
      const able = round.filter(({ height }) => height !== null && height >= last)
      const { answers, failures } = await ask(
        byHealth(able).slice(0, most),
        (source) => source.range(first, last, signal),
        signal,
      )
      const testimonies = answers.map(({ witness, answer }) => ({ witness, blocks: answer }))
      const { groups, unsound } = sift(testimonies, check)
      for (const { witness, error } of unsound) rest(witness, error)
      const best = settle(groups, first, last)
      const [believed] = best ?? []
      if (!best || !believed)
        throw noneSound(first, last, failures, [...unsound, ...beliedOf(groups, first, last)])
      const minority = groups.flat().filter((testimony) => !best.includes(testimony))
      for (const { witness } of minority.filter(({ witness }) => witness.restsUntil <= now())) {
        logger.warn('endpoint contradicts the others', { url: witness.source.url, first, last })
        rest(witness, contradiction(first, last, [best, minority]))
      }
      for (const { witness } of best) witness.failures = 0
      warnOfLone(best.map(({ witness }) => witness))
      return believed.blocks
    },
    health: () => byHealth(witnesses).map((witness) => healthOf(witness, now())),
  }
}

/** One endpoint's word counts as far as ids prove it: what cannot be packed may be made up, with anything beside it. */
function isBorneOut(group: Group): boolean {
  const [only] = group
  const isAlone = group.length === 1 && only && !isOwnMachine(only.witness)
  return !isAlone || weakestSeal(group) === 'whole'
}

function unproven(first: number, last: number, group: Group): MarketError {
  const urls = group.map(({ witness }) => witness.source.url).join(', ')
  return new MarketError(
    'chain-inconsistent',
    `Blocks ${first} to ${last} hold something that their ids cannot prove here, and only ${urls} tells of them. Name a second Hive endpoint, or wait for it.`,
  )
}

function beliedOf(groups: readonly Group[], first: number, last: number): readonly Unsound[] {
  return groups.flat().map(({ witness }) => ({ witness, error: belied(first, last) }))
}

function belied(first: number, last: number): MarketError {
  return new MarketError(
    'chain-inconsistent',
    `blocks ${first} to ${last} are not those that their ids name`,
  )
}

function noneSound(
  first: number,
  last: number,
  failures: readonly EndpointFailure[],
  unsound: readonly Unsound[],
): MarketError {
  if (unsound.length === 0) return noEndpoint('block_api.get_block_range', failures)
  const told = unsound.map(({ witness, error }) => `${witness.source.url}: ${reason(error)}`)
  return new MarketError(
    'chain-inconsistent',
    `No Hive endpoint serves blocks ${first} to ${last} as they can be true: ${told.join('; ')}`,
  )
}

function contradiction(
  first: number,
  last: number,
  groups: readonly (readonly Testimony[])[],
): MarketError {
  const sides = groups.map((group) => group.map(({ witness }) => witness.source.url).join(', '))
  return new MarketError(
    'chain-inconsistent',
    `Hive endpoints contradict one another about blocks ${first} to ${last}: ${sides.join(' against ')}. Remove the one that is wrong.`,
  )
}
