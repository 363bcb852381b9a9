import type { HiveAccount } from '#protocol/ids.ts'
import { MarketError } from '../../errors.ts'
import type { EncoderDirectory, EncoderNode } from '../../ports/encoder-directory.ts'

/** Who is signed in. Throws `unauthorized` for nobody. */
export function signedIn(caller: HiveAccount | null): HiveAccount {
  if (caller) return caller
  throw new MarketError('unauthorized', 'Sign in first, by POST /api/encoding/sessions/challenge.')
}

/** The caller's own encoder. Throws `unauthorized`, `not-found`, or `forbidden` for somebody else's. */
export async function ownEncoder(
  encoders: EncoderDirectory,
  id: string,
  caller: HiveAccount | null,
): Promise<EncoderNode> {
  const account = signedIn(caller)
  const encoder = await encoders.find(id)
  if (!encoder)
    throw new MarketError('not-found', 'There is no encoder of this id; register it first.')
  if (encoder.owner !== account) throw foreign('encoder')
  return encoder
}

export function foreign(what: 'encoder' | 'job' | 'settings'): MarketError {
  const whose = what === 'settings' ? 'These settings are' : `This ${what} is`
  return new MarketError('forbidden', `${whose} not the account's that is signed in.`)
}
