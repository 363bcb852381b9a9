import type { OwnerStatus } from '#protocol/api/desktop-owner.ts'
import type { LogFacts, Logger } from '../logger.ts'

type Line = OwnerStatus['log'][number]

/** Remembers the last lines of a log, for its owner to see without a terminal. */
export type LogTail = { readonly logger: Logger; readonly lines: () => readonly Line[] }

const kept = 100
const longest = 300

export function createLogTail(inner: Logger, now: () => number): LogTail {
  const lines: Line[] = []
  const note = (
    level: Line['level'],
    module: string,
    [message, facts = {}, error]: readonly [string, LogFacts?, unknown?],
  ): void => {
    const words = [module, message, factsText(facts), errorText(error)].filter(
      (part) => part !== '',
    )
    lines.push({ at: new Date(now()), level, text: words.join(' · ').slice(0, longest) })
    if (lines.length > kept) lines.shift()
  }
  const wrap = (logger: Logger, module: string): Logger => {
    const at =
      (level: Line['level']) =>
      (...said: [string, LogFacts?, unknown?]): void => {
        logger[level](...said)
        note(level, module, said)
      }
    return {
      debug: (...said) => logger.debug(...said),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (name) => wrap(logger.child(name), name),
    }
  }
  return { logger: wrap(inner, ''), lines: () => [...lines] }
}

function factsText(facts: LogFacts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}

function errorText(error: unknown): string {
  if (error === undefined) return ''
  return error instanceof Error ? error.message : String(error)
}
