import type { LogFacts, Logger } from '#node/logger.ts'

export type LogLine = {
  readonly message: string
  readonly facts: LogFacts
  readonly error: unknown
}

/** A logger that keeps what it is told. */
export function aRecordingLogger(): Logger & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = []
  const take = (message: string, facts: LogFacts = {}, error?: unknown): void => {
    lines.push({ message, facts, error })
  }
  const logger = { lines, debug: take, info: take, warn: take, error: take, child: () => logger }
  return logger
}
