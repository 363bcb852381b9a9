import type { HiveAccount } from '#protocol/ids.ts'
import type { NodeRole } from '#protocol/registration.ts'

/**
 * Resource credits, in millions, that the transactions of one more job may take of an account: hived measures an opened
 * escrow at 1,210, an approval, dispute or release at 70 to 90, and a statement at 100 for each 200 bytes.
 */
const creditsOfJob: Readonly<Record<NodeRole, bigint>> = {
  // Offer, award with its escrow, and a payment or dispute that attests.
  creator: 3_500n,
  // Approval, delivery, and a dispute or a refund.
  encoder: 1_000n,
  // Approval, attestation, and two releases with their ruling.
  arbiter: 1_500n,
  gateway: 0n,
  relay: 0n,
}

const million = 1_000_000n

/** Whether a role's transactions move money. */
export function movesMoney(role: NodeRole): boolean {
  return creditsOfJob[role] > 0n
}

/** Why an account cannot pay for one more job in each of its roles, or null. `credits` are what it has now. */
export function creditObstacle(
  account: HiveAccount,
  roles: readonly NodeRole[],
  credits: bigint,
): string | null {
  const needed = roles.reduce((sum, role) => sum + creditsOfJob[role] * million, 0n)
  if (credits >= needed) return null
  return `@${account} has ${credits / million} million resource credits left, but its next job may take ${needed / million} million; power up some HIVE, or wait for them to grow again.`
}
