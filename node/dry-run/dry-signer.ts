import { Signature } from '#protocol/envelope.ts'
import type { Signer } from '#protocol/signer.ts'

const blank = Signature.parse('00'.repeat(65))

/**
 * Would sign anything and signs nothing: no valid signature comes into being in a dry run, so there is none that could get out.
 * Messages get a blank one, because nothing but their being printed depends on it.
 */
export const drySigner: Signer = {
  canSign: () => true,
  signTransaction: async () => ({ type: 'refused', reason: 'this is a dry run' }),
  signMessage: async () => ({ type: 'signed', signature: blank }),
}
