import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Logger } from '../logger.ts'

const Ban = z.strictObject({
  /** A peer's id, or the address of a gateway. */
  provider: z.string().max(200),
  /** Milliseconds since 1970. */
  until: z.int().nonnegative(),
  /** The content id for which it sent other bytes. */
  cid: z.string().max(200),
})
type Ban = z.infer<typeof Ban>

/** Providers that sent other bytes than an id names, and are not asked for any until a time has passed. */
export type Bans = {
  isBanned(provider: string): boolean
  ban(provider: string, cid: string): void
  /** Those that hold, the newest last. */
  all(): readonly Ban[]
}

/** An honest node never sends a block that its disk has spoilt, so one lie is enough. */
const banMs = 24 * 3_600_000

/** Providers remembered; a new identity costs nothing, so more would only fill the disk. */
const mostBans = 10_000

/**
 * Bans survive a restart in a file, which is written before {@link Bans.ban} returns. One that cannot be understood is begun anew: the
 * next lie tells again.
 */
export function openBans(
  file: string,
  { now, logger }: { readonly now: () => number; readonly logger: Logger },
): Bans {
  const known = new Map(readBans(file).map((ban) => [ban.provider, ban]))
  const all = (): readonly Ban[] => [...known.values()].filter(({ until }) => until > now())
  if (all().length > 0) logger.info('providers are banned', { providers: all().length })
  return {
    isBanned: (provider) => (known.get(provider)?.until ?? 0) > now(),
    ban: (provider, cid) => {
      const until = now() + banMs
      known.delete(provider)
      known.set(provider, { provider, until, cid })
      const kept = all().slice(-mostBans)
      known.clear()
      for (const ban of kept) known.set(ban.provider, ban)
      writeFileSync(`${file}.unfinished`, JSON.stringify(kept))
      renameSync(`${file}.unfinished`, file)
      const hours = banMs / 3_600_000
      logger.warn('provider banned: it sent other bytes', { provider, cid, hours })
    },
    all,
  }
}

function readBans(file: string): readonly Ban[] {
  if (!existsSync(file)) return []
  try {
    return z.array(Ban).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

/** Bans for as long as the process lives, where there is nothing to keep them in. */
export const noBans: Bans = { isBanned: () => false, ban: () => undefined, all: () => [] }
