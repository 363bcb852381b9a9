import type { DeliveredJob } from '#contracts/job.ts'

/** Stars a creator's node gives by itself for work that passed: five, less one for a broken promise, less two for a broken deadline. */
export function starsFor({ delivered, award, offer }: DeliveredJob): number {
  if (delivered.at.time > offer.deliverBy) return 3
  if (delivered.at.time > award.readyBy) return 4
  return 5
}
