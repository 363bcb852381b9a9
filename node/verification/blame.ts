import { MarketError } from '#market/errors.ts'

/** What Node calls a disk, a memory or a system that has no more to give: the codes of this machine's own troubles. */
const ownTroubles = new Set([
  ...['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENODEV'],
  ...['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM'],
])

/** True if this machine failed, however deep in the causes of an error that stands. Nobody else is to blame for that. */
export function isOwnFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && ownTroubles.has(String(error.code))) return true
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : []
  return [error.cause, ...several].some(isOwnFailure)
}

/**
 * What a look at foreign content found, or null where the content itself is at fault: missing, no file, or larger than it may be.
 * Rejects where the look failed for a reason of this machine's own.
 */
export async function unlessAtFault<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look
  } catch (error) {
    const isForeign =
      error instanceof MarketError &&
      (error.code === 'content-unavailable' || error.code === 'content-corrupt')
    if (isForeign && !isOwnFailure(error)) return null
    throw error
  }
}
