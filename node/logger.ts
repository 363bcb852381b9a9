import { pino } from 'pino'

/** Facts of one log line. */
export type LogFacts = Readonly<Record<string, unknown>>

/** The message is constant, the facts go beside it, the error comes last: lines can be counted and searched. */
export interface Logger {
  debug(message: string, facts?: LogFacts, error?: unknown): void
  info(message: string, facts?: LogFacts, error?: unknown): void
  warn(message: string, facts?: LogFacts, error?: unknown): void
  error(message: string, facts?: LogFacts, error?: unknown): void
  /** A logger that says in each line which module speaks. */
  child(module: string): Logger
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** JSON lines on standard error, so that standard output stays the program's answer. */
export function createLogger({
  level,
  name,
}: {
  readonly level: LogLevel
  readonly name: string
}): Logger {
  return wrap(pino({ level, name, base: { name } }, pino.destination({ fd: 2, sync: true })))
}

type Pino = ReturnType<typeof pino>

function wrap(logger: Pino): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, facts: LogFacts = {}, error?: unknown): void => {
      logger[level](error === undefined ? facts : { ...facts, err: error }, message)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (module) => wrap(logger.child({ module })),
  }
}
