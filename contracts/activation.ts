import type { BlockHeight } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import type { Network } from './block-context.ts'

/** What operations may say that they could not always, by its name in {@link ActivationHeights}. */
const addedTerms = [
  {
    name: 'job.offer grid.range',
    isSaidBy: (said: Operation) => said.t === 'job.offer' && said.grid.range !== undefined,
  },
  {
    name: 'job.offer sealedUntil',
    isSaidBy: (said: Operation) => said.t === 'job.offer' && said.sealedUntil !== undefined,
  },
  {
    name: 'node.register region',
    isSaidBy: (said: Operation) => said.t === 'node.register' && said.region !== undefined,
  },
] as const
type AddedTerm = (typeof addedTerms)[number]['name']

/** The height from which a kind of operation, or a term of one, is in force. Before it, whoever posts one posts nothing. */
export type ActivationHeights = { readonly [T in Operation['t'] | AddedTerm]: number }

/**
 * Nearly all of it is as old as the market. A kind, or a term, that is added later gets a height that lies ahead when it is published, in
 * {@link addedLater}, so that nodes of both versions fold the blocks before it alike: to the older ones it is malformed.
 */
const sinceGenesis: ActivationHeights = {
  'node.register': 0,
  'node.register region': 0,
  'node.update': 0,
  'node.retire': 0,
  'job.offer': 0,
  'job.offer grid.range': 0,
  'job.offer sealedUntil': 0,
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
const addedLater: ReadonlyMap<string, Partial<ActivationHeights>> = new Map([
  // A block of New Year 2027.
  [
    'spk-encoder',
    {
      'job.offer grid.range': 113_200_000,
      'job.offer sealedUntil': 113_200_000,
      'job.evidence': 113_200_000,
      'node.register region': 113_200_000,
    },
  ],
])

export type Activating = Pick<Network, 'activations' | 'operationId'>

/** The height from which a kind of operation, or a term, is in force on a network. */
export function inForceFrom(
  name: keyof ActivationHeights,
  { activations, operationId }: Activating,
): number {
  return activations?.[name] ?? addedLater.get(operationId)?.[name] ?? sinceGenesis[name]
}

/** The first height whose blocks can hold an operation. */
export function firstHeightOf(operation: Operation, network: Activating): number {
  return Math.max(...namesIn(operation).map((name) => inForceFrom(name, network)))
}

/** True where the kind of an operation, and all that it says, count in a block of this height. */
export function isInForce(operation: Operation, height: BlockHeight, network: Activating): boolean {
  return height >= firstHeightOf(operation, network)
}

function namesIn(operation: Operation): readonly (keyof ActivationHeights)[] {
  const said = addedTerms.filter(({ isSaidBy }) => isSaidBy(operation))
  return [operation.t, ...said.map(({ name }) => name)]
}
