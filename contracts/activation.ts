import type { BlockHeight } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import type { Network } from './block-context.ts'

/** The height from which a kind of operation is in force. Before it, whoever posts one posts nothing. */
export type ActivationHeights = { readonly [T in Operation['t']]: number }

/**
 * Nearly all of them are as old as the market. A kind that is added later gets a height that lies ahead when it is published, in
 * {@link laterKinds}, so that nodes of both versions fold the blocks before it alike.
 */
const sinceGenesis: ActivationHeights = {
  'node.register': 0,
  'node.update': 0,
  'node.retire': 0,
  'job.offer': 0,
  'job.cancel': 0,
  'job.award': 0,
  'job.deliver': 0,
  'job.attest': 0,
  'job.evidence': 0,
  'job.ruling': 0,
  'encoder.rate': 0,
  checkpoint: 0,
}

/** By the id of the market's custom_json, which names the network. */
const laterKinds: ReadonlyMap<string, Partial<ActivationHeights>> = new Map([
  // A block of New Year 2027.
  ['spk-encoder', { 'job.evidence': 113_200_000 }],
])

/** The height from which a kind of operation is in force on a network. */
export function inForceFrom(
  type: Operation['t'],
  { activations, operationId }: Pick<Network, 'activations' | 'operationId'>,
): number {
  return activations?.[type] ?? laterKinds.get(operationId)?.[type] ?? sinceGenesis[type]
}

export function isInForce(
  type: Operation['t'],
  height: BlockHeight,
  network: Pick<Network, 'activations' | 'operationId'>,
): boolean {
  return height >= inForceFrom(type, network)
}
