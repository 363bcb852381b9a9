import { exponentialDelay } from '#market/domain/retry.ts'
import { MarketError } from '#market/errors.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import type { BlockHeight, Sha256Hex } from '#protocol/ids.ts'
import { toTagged } from '#protocol/tagged-json.ts'
import type { Logger } from '../logger.ts'
import { sha256 } from '../sha256.ts'
import type { BlockSource, SourcedBlock } from './block-source.ts'
import type { EndpointFailure } from './hive-rpc.ts'
import { noEndpoint, reason } from './hive-rpc.ts'

/** Blocks that no endpoint alone decides about. */
export interface AgreedBlocks {
  /**
   * The last height that is irreversible by two endpoints that are going on, or by the only one that is.
   * Rejects with `chain-unavailable`, or `chain-foreign` when all serve another chain.
   */
  lastIrreversible(signal: AbortSignal): Promise<BlockHeight>
  /**
   * Blocks `first` to `last` as most endpoints serve them. `check` throws for a range that cannot be true: whoever served it is
   * not counted. Rejects with `chain-inconsistent` when none is left or they contradict one another evenly.
   */
  range(
    first: BlockHeight,
    last: BlockHeight,
    check: (blocks: readonly SourcedBlock[]) => void,
    signal: AbortSignal,
  ): Promise<readonly SourcedBlock[]>
}

export type AgreedBlocksOptions = {
  /** Milliseconds without a new block after which an endpoint is left behind, if another went on meanwhile. */
  readonly frozenMs: number
  /** Endpoints asked for the same blocks; more would be no surer and cost as much again each. */
  readonly witnesses: number
}

/** A failure may cost the other endpoints a whole timeout of waiting, so the rest after it is long. */
const restFactor = 10

type Witness = {
  readonly source: BlockSource
  height: BlockHeight | null
  grewAt: number
  failures: number
  restsUntil: number
}

type Testimony = { readonly witness: Witness; readonly blocks: readonly SourcedBlock[] }

/**
 * Holds several sources against one another. One that fails rests for a growing while, so that it holds the others up no more;
 * one that is alone is believed, because there is nobody else to ask.
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
  const witnesses = sources.map(
    (source): Witness => ({
      source,
      height: null,
      grewAt: now(),
      failures: 0,
      restsUntil: 0,
    }),
  )

  const rest = (witness: Witness, error: unknown): EndpointFailure => {
    witness.failures += 1
    witness.restsUntil = now() + restFactor * exponentialDelay(witness.failures)
    const { url } = witness.source
    logger.debug('endpoint rests', { url, failures: witness.failures, reason: reason(error) })
    return { url, error }
  }

  /** Those that answered, of those that do not rest; all are asked when all rest. */
  const ask = async <Answer>(
    asked: readonly Witness[],
    question: (source: BlockSource) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<{
    readonly answers: readonly { readonly witness: Witness; readonly answer: Answer }[]
    readonly failures: readonly EndpointFailure[]
  }> => {
    const results = await Promise.allSettled(asked.map(({ source }) => question(source)))
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
  const going = (round: readonly Witness[]): readonly Witness[] => {
    const latest = Math.max(...round.map(({ grewAt }) => grewAt))
    return round.filter(({ grewAt }) => grewAt > latest - frozenMs)
  }

  let round: readonly Witness[] = []

  return {
    lastIrreversible: async (signal) => {
      const { answers, failures } = await ask(
        awake(),
        (source) => source.lastIrreversible(signal),
        signal,
      )
      for (const { witness, answer } of answers) see(witness, answer, now())
      round = going(answers.map(({ witness }) => witness))
      const heights = round.flatMap(({ height }) => height ?? []).sort((a, b) => b - a)
      const agreed = heights[1] ?? heights[0]
      if (agreed === undefined)
        throw noEndpoint('database_api.get_dynamic_global_properties', failures)
      return agreed
    },
    range: async (first, last, check, signal) => {
      const asked = round.filter(({ height }) => height !== null && height >= last).slice(0, most)
      const { answers, failures } = await ask(
        asked,
        (source) => source.range(first, last, signal),
        signal,
      )
      const testimonies = answers.map(({ witness, answer }) => ({ witness, blocks: answer }))
      const { sound, unsound } = sift(testimonies, check)
      for (const { witness, error } of unsound) rest(witness, error)
      const [best, second] = [...sound.values()].sort((a, b) => b.length - a.length)
      if (!best?.[0]) throw noneSound(first, last, failures, unsound)
      if (second && second.length === best.length) throw contradiction(first, last, [best, second])
      const minority = [...sound.values()].filter((group) => group !== best).flat()
      for (const { witness } of minority) {
        logger.warn('endpoint contradicts the others', { url: witness.source.url, first, last })
        rest(witness, contradiction(first, last, [best, minority]))
      }
      for (const { witness } of best) witness.failures = 0
      return best[0].blocks
    },
  }
}

function see(witness: Witness, height: BlockHeight, at: number): void {
  if (witness.height === null || height > witness.height) witness.grewAt = at
  witness.height = height
}

/** Witnesses who say what can be, grouped by what they say, and those who say what cannot. */
function sift(testimonies: readonly Testimony[], check: (blocks: readonly SourcedBlock[]) => void) {
  const unsound: { readonly witness: Witness; readonly error: unknown }[] = []
  const sound = testimonies.filter(({ witness, blocks }) => {
    try {
      check(blocks)
      return true
    } catch (error) {
      unsound.push({ witness, error })
      return false
    }
  })
  return { sound: Map.groupBy(sound, ({ blocks }) => fingerprint(blocks)), unsound }
}

/** Everything that follows from blocks. Virtual operations decide nothing: contracts derive them, and only ask that none is missing. */
function fingerprint(blocks: readonly SourcedBlock[]): Sha256Hex {
  const real = blocks.map(({ block, transactions }) => ({
    transactions,
    ...block,
    operations: block.operations.filter(({ action }) => !isVirtual(action.type)),
  }))
  return canonicalHash(toTagged(real), sha256) as Sha256Hex
}

function isVirtual(type: string): boolean {
  return type === 'escrow-approved' || type === 'escrow-rejected'
}

function noneSound(
  first: number,
  last: number,
  failures: readonly EndpointFailure[],
  unsound: readonly { readonly witness: Witness; readonly error: unknown }[],
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
