import { customJson } from '#market/domain/hive-operations.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { testNetwork } from '../../test-chain.ts'
import type { World } from '../market-world.ts'
import { createWorld } from '../market-world.ts'
import type { PeerTerms, SimulatedPeer } from '../simulated-peer.ts'

/** What somebody can do wrong in a market, and what everybody then has. */
export type Scenario = {
  readonly name: string
  /** What a peer is beyond the usual alice (creator), bob (encoder) and carol (arbiter); further ones are added. */
  readonly cast?: Readonly<Record<string, Partial<PeerTerms>>>
  readonly play: (stage: Stage) => Promise<void>
  /** What each purse has gained or lost in the end; those not named are as they were. */
  readonly ends: Readonly<Record<string, bigint>>
}

export type Stage = {
  readonly world: World
  readonly alice: SimulatedPeer
  readonly bob: SimulatedPeer
  readonly carol: SimulatedPeer
  readonly peer: (name: string) => SimulatedPeer
  /** True when the run is disturbed: then only what must hold in any disorder is to be expected. */
  readonly isDisturbed: boolean
}

const usual: Readonly<Record<string, PeerTerms>> = {
  alice: { roles: ['creator'] },
  bob: { roles: ['encoder'], pricePercent: 1_000n },
  carol: { roles: ['arbiter'] },
}

/** Price of the small film, and of the large one with the part of it that a good small rendition earns. */
export const price = 9n
export const largePrice = 25n
export const goodHalf = 7n
export const fee = 1n

/** Plays a scenario in a world of its own. */
export async function stageOf(
  { cast = {} }: Scenario,
  { seed = 1, kills = 0 }: { readonly seed?: number; readonly kills?: number } = {},
): Promise<Stage> {
  const world = createWorld(seed, { loss: 0, delay: 0, lag: 0, kills })
  const names = new Set([...Object.keys(usual), ...Object.keys(cast)])
  const peers = new Map<string, SimulatedPeer>()
  for (const name of names)
    peers.set(name, world.join(name, { roles: [], ...usual[name], ...cast[name] }))
  await world.open()
  const peer = (name: string): SimulatedPeer => {
    const found = peers.get(name)
    if (!found) throw new Error(`${name} is not in the cast`)
    return found
  }
  const [alice, bob, carol] = [peer('alice'), peer('bob'), peer('carol')]
  return { world, alice, bob, carol, peer, isDisturbed: kills > 0 }
}

/** What each purse has more or less than at the beginning. */
export function changesOf({ world }: Stage): Readonly<Record<string, bigint>> {
  const changes = [...world.chain.vault.purses].map(([name, now]) => [name, now - 1_000n] as const)
  return Object.fromEntries(changes.filter(([, change]) => change !== 0n))
}

export const isOver = (peer: SimulatedPeer, id: JobId): boolean =>
  ['paid', 'failed'].includes(peer.job(id)?.phase ?? '')

/** Posts a job that anybody in the cast can afford to do. */
export const post = ({ world }: Stage, creator: SimulatedPeer): Promise<JobId> =>
  world.post(creator, 1, 100n)

/** Posts a job and waits until the creator's node has done with it. */
export async function wholeJob(stage: Stage): Promise<JobId> {
  const id = await post(stage, stage.alice)
  await ended(stage, id)
  return id
}

export async function ended({ world, alice }: Stage, id: JobId): Promise<void> {
  await world.until(() => isOver(alice, id), 900)
  await world.run(5)
}

export const known = ({ carol, bob, alice }: Stage, id: JobId) => {
  const [ahead] = [alice, bob, carol].toSorted((left, right) => right.height() - left.height())
  return ahead?.ledger().jobs.get(id)
}

/** True once a job has come as far as a phase. */
export const reached =
  (stage: Stage, id: JobId, ...phases: readonly string[]) =>
  (): boolean =>
    phases.includes(known(stage, id)?.phase ?? '')

export const says = (signer: HiveAccount, operation: Operation): HiveOperation =>
  customJson(testNetwork.operationId, signer, operation)

/** Seconds. */
export const day = 86_400
