import { createHash } from 'node:crypto'

/** Its own chain id: a signature made for the development chain is worth nothing on any other. */
export const devchainChainId: string = createHash('sha256')
  .update('spk-encoder devchain')
  .digest('hex')

/** Said in every surface, so that nobody takes this for a chain with value. */
export const devchainNotice =
  'spk-encoder development chain: for development, tests and demonstrations only; nothing on it has any value'
