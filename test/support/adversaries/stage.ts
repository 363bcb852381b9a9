import type { Operation as HiveOperation } from '@hiveio/dhive'
import type { Job } from '#contracts/job.ts'
import { customJson } from '#market/domain/hive-operations.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import { signingRole } from '#protocol/operation.ts'
import { account } from '../builders.ts'
import type { TestDevchain } from '../devchain.ts'
import type { MarketInProcess } from '../market-in-process.ts'
import type { Terms } from '../participant.ts'
import { testNetwork } from '../test-chain.ts'

/** What a stage needs of its chain. */
export type StageChain = Pick<TestDevchain, 'head' | 'call' | 'include'>

/** A market on a development chain in which somebody is to do wrong. */
export type Stage = Pick<
  MarketInProcess,
  'behaviour' | 'liar' | 'bids' | 'ledger' | 'sleep' | 'live' | 'post'
> & {
  readonly chain: StageChain
  /** Rounds after which what is waited for counts as missed. */
  readonly patience: number
  /** True where nodes are killed: then only what must hold in any disorder is to be expected. */
  readonly isDisturbed: boolean
}

/** What creator, encoder and arbiter have more than before, in milli-HBD. */
export type Ends = readonly [creator: bigint, encoder: bigint, arbiter: bigint]

/** What somebody can do wrong, and what everybody then has. */
export type Adversary = {
  readonly who: string
  /** What the market is beyond the usual from its start. */
  readonly terms?: Terms
  /** Who posts the job: the creator's node, or its owner by hand. */
  readonly posted?: 'by hand'
  /** Resolves to true where the job came to nothing, which may only be in disorder: then nobody has more or less than before. */
  readonly play: (stage: Stage, job: JobId) => Promise<unknown>
  /** By the price of the bid. */
  readonly ends: (price: bigint) => Ends
}

export const fee = 1n
export const paid = (price: bigint): Ends => [-price - fee, price, fee]
export const refunded = (): Ends => [-fee, 0n, fee]
export const untouched = (): Ends => [0n, 0n, 0n]

export const junk = [{ code: 'manifest-invalid' }] as const

/** Seconds. */
export const day = 86_400

export const known = ({ ledger }: Stage, id: JobId): Job | undefined => ledger().jobs.get(id)

/** Seconds since 1970 by the last block. */
export const chainTime = ({ chain }: Stage): number => chain.head.time

export const phaseIs =
  (stage: Stage, id: JobId, ...phases: readonly string[]) =>
  (): boolean =>
    phases.includes(known(stage, id)?.phase ?? '')

export async function until(stage: Stage, isReached: () => boolean): Promise<void> {
  for (let rounds = 0; !isReached(); rounds += 1) {
    if (rounds > stage.patience) throw new Error(`not reached in ${stage.patience} rounds`)
    await stage.live(1)
  }
}

export const settled = (stage: Stage, id: JobId): Promise<void> =>
  until(stage, phaseIs(stage, id, 'settled'))

export async function afterDeadline(stage: Stage): Promise<void> {
  stage.sleep(1_200)
  await stage.live(2)
}

/** Puts what accounts sign themselves, past their nodes, into the next block. */
export async function byHand(
  { chain, live }: Stage,
  name: string,
  ...operations: readonly unknown[]
): Promise<void> {
  await chain.include(operations as readonly HiveOperation[], name)
  await live(1)
}

/** Says something in the market past the account's node. */
export async function say(
  { chain, live }: Stage,
  name: string,
  operation: Operation,
): Promise<void> {
  const said = customJson(testNetwork.operationId, account(name), operation)
  const key = [name, signingRole[operation.t]] as const
  await chain.include([said as unknown as HiveOperation], key)
  await live(1)
}
