import type { BlockHeight } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import type { Network } from './block-context.ts'

/** The height from which a kind of operation is in force. Before it, whoever posts one posts nothing. */
export type ActivationHeights = { readonly [T in Operation['t']]: number }

/**
 * All of them are as old as the market. A kind that is added later gets a height that lies ahead when it is published, per
 * network in {@link Network.activations}, so that nodes of both versions fold the blocks before it alike.
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
  'job.ruling': 0,
  'encoder.rate': 0,
  checkpoint: 0,
}

export function isInForce(
  type: Operation['t'],
  height: BlockHeight,
  { activations }: Pick<Network, 'activations'>,
): boolean {
  return height >= (activations?.[type] ?? sinceGenesis[type])
}
