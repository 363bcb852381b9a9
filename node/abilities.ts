import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { NodeRole } from '#protocol/registration.ts'
import type { KeyName } from './keystore/keystore-file.ts'

/** What a role does, and whose signature it takes. */
const deeds: { readonly [R in NodeRole]: { readonly [S in SigningRole]?: string } } = {
  creator: { posting: 'offer, withdraw, attest, rate', active: 'award, pay, dispute' },
  encoder: { posting: 'bid, report, deliver', active: 'stand by an escrow, give back, dispute' },
  arbiter: { posting: 'register', active: 'stand by an escrow, rule' },
  gateway: { posting: 'register' },
  relay: { posting: 'register' },
}

/** What becomes of a role that lacks its active key. */
const without: { readonly [R in NodeRole]?: string } = {
  creator: 'each waits until a signature is brought (GET /control/unsigned)',
  encoder: 'it bids for nothing; what was awarded before is delivered',
  arbiter: 'it cannot be an arbiter',
}

/** Lines that tell what a node may do with the keys it holds, before it does any of it. */
export function abilityLines(
  account: HiveAccount,
  roles: readonly NodeRole[],
  keys: readonly KeyName[],
): readonly string[] {
  const rows = roles.flatMap((role) =>
    (['posting', 'active'] as const).flatMap((needed) => {
      const what = deeds[role][needed]
      return what === undefined ? [] : [{ role, what, needed }]
    }),
  )
  const width = Math.max(...rows.map(({ what }) => what.length))
  return rows.map(({ role, what, needed }, index) => {
    const key = keys.find((held) => held.account === account && held.role === needed)
    const name = rows[index - 1]?.role === role ? '' : role
    const lack = (needed === 'active' ? without[role] : undefined) ?? 'this key is not here'
    const verdict = key ? `yes, by ${key.publicKey}` : `no: ${lack}`
    const by = `${needed} key`.padEnd('posting key'.length)
    return `${name.padEnd('creator'.length)}  ${what.padEnd(width)}  ${by}  ${verdict}`
  })
}
