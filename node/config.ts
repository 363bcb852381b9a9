import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { LogLevel } from './logger.ts'
import { logLevels } from './logger.ts'

/** The process's environment, read here and nowhere else. Keys and passwords are secrets: they stay out of every other object and every log. */
const Environment = z.object({
  SPK_POSTING_KEY: z.string().optional(),
  SPK_ACTIVE_KEY: z.string().optional(),
  SPK_KEYSTORE_PASSWORD: z.string().optional(),
  SPK_KEYSTORE_NEW_PASSWORD: z.string().optional(),
  DATABASE_URL: z.url().optional(),
  SPK_ALERT_SECRET: z.string().startsWith('whsec_').optional(),
  SPK_SECRET_KEYS: z
    .string()
    .regex(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/, 'not keys of 64 hex digits, separated by commas')
    .transform((text) => text.split(','))
    .optional(),
  SPK_LOG_LEVEL: z.enum(logLevels).optional(),
  SPK_DATA: z.string().min(1).optional(),
  FFMPEG_PATH: z.string().optional(),
  FFPROBE_PATH: z.string().optional(),
  PATH: z.string().default(''),
})

export type Settings = {
  readonly logLevel: LogLevel | undefined
  /** Directory in which data directories are made unless one is chosen. */
  readonly dataBase: string | undefined
  readonly ffmpegPath: string | undefined
  readonly ffprobePath: string | undefined
  /** Folders in which programs are looked for. */
  readonly searchPath: string
}

export type Secrets = {
  readonly postingKey: string | undefined
  readonly activeKey: string | undefined
  readonly keystorePassword: string | undefined
  readonly newKeystorePassword: string | undefined
  /** Of a Postgres server, with its password. */
  readonly databaseUrl: string | undefined
  /** Signs what the operator's webhook is told. */
  readonly alertSecret: string | undefined
  /** Seal what an indexer's database keeps secret, the first; all open it. */
  readonly secretKeys: readonly string[] | undefined
}

const secretNames = [
  'SPK_POSTING_KEY',
  'SPK_ACTIVE_KEY',
  'SPK_KEYSTORE_PASSWORD',
  'SPK_KEYSTORE_NEW_PASSWORD',
  'DATABASE_URL',
  'SPK_ALERT_SECRET',
  'SPK_SECRET_KEYS',
] as const

/**
 * Reads the environment once and takes the secrets out of it, so that no child process (FFmpeg) and no diagnostic report ever sees
 * them.
 * Throws `option-invalid`, naming the variable, for an environment that makes no sense.
 */
export function readEnvironment(): { readonly settings: Settings; readonly secrets: Secrets } {
  const parsed = Environment.safeParse(process.env)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new MarketError(
      'option-invalid',
      `The environment variable ${issue?.path.join('.')} is not understood: ${issue?.message}.`,
    )
  }
  const { data } = parsed
  for (const name of secretNames) delete process.env[name]
  return {
    settings: {
      logLevel: data.SPK_LOG_LEVEL,
      dataBase: data.SPK_DATA,
      ffmpegPath: data.FFMPEG_PATH,
      ffprobePath: data.FFPROBE_PATH,
      searchPath: data.PATH,
    },
    secrets: {
      postingKey: data.SPK_POSTING_KEY,
      activeKey: data.SPK_ACTIVE_KEY,
      keystorePassword: data.SPK_KEYSTORE_PASSWORD,
      newKeystorePassword: data.SPK_KEYSTORE_NEW_PASSWORD,
      databaseUrl: data.DATABASE_URL,
      alertSecret: data.SPK_ALERT_SECRET,
      secretKeys: data.SPK_SECRET_KEYS,
    },
  }
}

/** The environment of a child process of this program: this one's, and what is given. */
export function childEnvironment(
  given: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  return { ...process.env, ...given }
}
