import { MarketError } from '#market/errors.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { FreeSpace } from '../encoding/disk-guard.ts'
import { requireSpace, usualDiskFloorBytes } from '../encoding/disk-guard.ts'
import type { UploadRecords } from './upload-records.ts'

export type UploadLimits = {
  /** Of one upload. */
  readonly bytes: number
  /** Of everything that one account has here, whether its bytes have come or are still expected. */
  readonly accountBytes: number
  /** Uploads of one account whose bytes are still coming. */
  readonly accountOpen: number
}

export const usualUploadLimits: UploadLimits = {
  bytes: 50 * 1024 ** 3,
  accountBytes: 200 * 1024 ** 3,
  accountOpen: 8,
}

/**
 * Refuses an upload before its first byte. What is expected of other uploads counts as used, on the disk as in the quota: they
 * were promised room. Whoever calls it takes the room before it is called again. Throws `body-too-large`, `quota-exceeded` or `disk-full`.
 */
export async function requireRoom(
  records: UploadRecords,
  asked: { readonly owner: HiveAccount; readonly bytes: number },
  limits: UploadLimits,
  free: FreeSpace,
): Promise<void> {
  if (asked.bytes > limits.bytes)
    throw new MarketError(
      'body-too-large',
      `A video may have ${gigabytes(limits.bytes)} GB here; this one has ${gigabytes(asked.bytes)}.`,
    )
  // In this order: one that is dealt with in between is counted twice rather than not at all.
  const open = await records.open()
  const outcomes = await records.outcomes()
  const ownOpen = open.filter(({ owner }) => owner === asked.owner)
  if (ownOpen.length >= limits.accountOpen)
    throw new MarketError(
      'quota-exceeded',
      `${ownOpen.length} uploads of @${asked.owner} are unfinished; finish or delete one of them first.`,
    )
  const ready = outcomes.filter(({ owner, phase }) => owner === asked.owner && phase === 'ready')
  const used = [...ownOpen, ...ready].reduce((sum, { bytes }) => sum + bytes, 0)
  if (used + asked.bytes > limits.accountBytes)
    throw new MarketError(
      'quota-exceeded',
      `@${asked.owner} has ${gigabytes(used)} of ${gigabytes(limits.accountBytes)} GB in use here; delete an upload that is not needed any more.`,
    )
  // Content is a second copy until the bytes are let go.
  const promised = open.reduce((sum, { bytes, received }) => sum + 2 * bytes - received, 0)
  const guard = { directory: records.files, floorBytes: usualDiskFloorBytes }
  await requireSpace(2 * asked.bytes + promised, guard, free)
}

function gigabytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1)
}
