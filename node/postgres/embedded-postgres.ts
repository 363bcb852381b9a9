import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { MarketError } from '#market/errors.ts'
import { ifAbsent } from '../if-absent.ts'
import type { PostgresPrograms } from './postgres-programs.ts'
import { findPostgresPrograms } from './postgres-programs.ts'

/** A Postgres server of this process' own, on 127.0.0.1 only. */
export type EmbeddedPostgres = AsyncDisposable & {
  /** With the password: not for logs. */
  readonly url: string
  /** Process id of the server. */
  readonly pid: number
}

export type EmbeddedPostgresOptions = {
  readonly directory: string
  /** Further settings by name, such as `fsync`. */
  readonly settings?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const user = 'spk'
const database = 'spk_encoder'
const readyWithinSeconds = '60'

/**
 * Starts the server that keeps its data below a directory, made at the first start; a server that a crash of this program has
 * left running there is taken over. Disposing stops it.
 * Rejects with `data-unusable` where the server does not come up; its own words are in `postgres.log`.
 */
export async function startEmbeddedPostgres({
  directory,
  settings = {},
  signal,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const programs = await findPostgresPrograms()
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const cluster = join(directory, 'cluster')
  const password = await initialise(programs, { directory, cluster, signal })
  const log = join(directory, 'postgres.log')
  const running = await isRunning(programs, cluster)
  try {
    if (!running) await start(programs, { cluster, log, settings })
    signal?.throwIfAborted()
    const { pid, port } = await readPidFile(cluster)
    await ensureDatabase(urlOf({ password, port }, 'postgres'))
    return {
      url: urlOf({ password, port }, database),
      pid,
      [Symbol.asyncDispose]: async () => {
        // A server that is gone already needs no stopping.
        await stop(programs, cluster).catch(() => undefined)
      },
    }
  } catch (error) {
    await abandon(programs, cluster, error)
    if (signal?.aborted) throw error
    throw notStarting(directory, log, error)
  }
}

/**
 * URL of the server that somebody runs on a directory, with the password; null where none is running. For whoever only visits it:
 * its life is not theirs. Rejects with `data-unusable` for a directory that never had a server.
 */
export async function findEmbeddedPostgres(directory: string): Promise<string | null> {
  const password = await readFile(join(directory, 'password'), 'utf8').catch(() => '')
  if (password === '')
    throw new MarketError('data-unusable', `There is no database of an indexer in ${directory}.`)
  const cluster = join(directory, 'cluster')
  if (!(await isRunning(await findPostgresPrograms(), cluster))) return null
  return urlOf({ password, port: (await readPidFile(cluster)).port }, database)
}

function urlOf(
  { password, port }: { readonly password: string; readonly port: number },
  name: string,
): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${name}`
}

async function stop(programs: PostgresPrograms, cluster: string): Promise<void> {
  await programs.pgCtl(['stop', '-D', cluster, '-m', 'fast', '-w'])
}

/**
 * Leaves no server behind that nobody got to know. A start that a signal has cut off (a Ctrl-C reaches `pg_ctl` too) may have made one
 * that has not written its number down yet.
 */
async function abandon(programs: PostgresPrograms, cluster: string, cause: unknown): Promise<void> {
  const isCutOff = cause instanceof Error && 'signal' in cause && typeof cause.signal === 'string'
  for (let left = isCutOff ? 10 : 1; left > 0; left -= 1) {
    const isStopped = await stop(programs, cluster).then(
      () => true,
      () => false,
    )
    if (isStopped) return
    if (left > 1) await wait(200)
  }
}

function notStarting(directory: string, log: string, cause: unknown): MarketError {
  return new MarketError(
    'data-unusable',
    `The database in ${directory} does not start; ${log} says why. Move the directory away to begin with an empty one, or name a server of yours by DATABASE_URL.`,
    {},
    { cause },
  )
}

/**
 * Makes the cluster where there is none and returns its password. The password is written last: a cluster without one was not
 * finished, and is made again.
 */
async function initialise(
  programs: PostgresPrograms,
  paths: {
    readonly directory: string
    readonly cluster: string
    readonly signal: AbortSignal | undefined
  },
): Promise<string> {
  const passwordFile = join(paths.directory, 'password')
  const known = await readFile(passwordFile, 'utf8').catch(ifAbsent(null))
  if (known !== null && known !== '') return known
  const password = randomBytes(24).toString('hex')
  const draft = `${passwordFile}.new`
  await rm(paths.cluster, { recursive: true, force: true })
  await mkdir(paths.cluster, { mode: 0o700 })
  await writeFile(draft, password, { mode: 0o600 })
  if (programs.owner) await chown(paths.cluster, programs.owner.uid, programs.owner.gid)
  await programs.initdb(
    [
      ...['-D', paths.cluster, '-U', user, '--pwfile', draft],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--data-checksums'],
    ],
    paths.signal,
  )
  await rm(draft)
  await writeFile(passwordFile, password, { mode: 0o600, flush: true })
  return password
}

/**
 * Postgres takes whatever process has the number in `postmaster.pid` for a server, even one that nobody has buried yet, and
 * then refuses to start: a file that means no server is removed.
 */
async function isRunning(programs: PostgresPrograms, cluster: string): Promise<boolean> {
  const file = join(cluster, 'postmaster.pid')
  if (!(await stat(file).catch(() => null))) return false
  const isServing = await programs.pgCtl(['status', '-D', cluster]).then(
    () => true,
    () => false,
  )
  if (!isServing) return false
  if (await isServer((await readPidFile(cluster)).pid)) return true
  await rm(file)
  return false
}

/** Whether a process is a living Postgres; true where the system does not tell. */
async function isServer(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /^\d+ \(postgres\) [^ZX]/.test(status)
}

type Start = {
  readonly cluster: string
  readonly log: string
  readonly settings: Readonly<Record<string, string>>
}

/** Not to be interrupted: whoever wants it to stop stops the server when it is there. */
async function start(programs: PostgresPrograms, { cluster, log, settings }: Start): Promise<void> {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(await freePort()),
    ...settings,
  }
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`)
  await writeFile(log, '', { flag: 'a', mode: 0o600 })
  if (programs.owner) await chown(log, programs.owner.uid, programs.owner.gid)
  await programs.pgCtl([
    'start',
    '-D',
    cluster,
    '-w',
    '-t',
    readyWithinSeconds,
    '-l',
    log,
    '-o',
    options.join(' '),
  ])
}

/** Lines 1 and 4 of `postmaster.pid` are the server's process id and its port. */
async function readPidFile(
  cluster: string,
): Promise<{ readonly pid: number; readonly port: number }> {
  const [pid, , , port] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  return { pid: Number(pid), port: Number(port) }
}

async function ensureDatabase(connectionString: string): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      database,
    ])
    if (rowCount === 0) await client.query(`create database ${database}`)
  } finally {
    await client.end()
  }
}

/** A port that nobody listens on now. Another program may be quicker; then the start fails, and the next one tries another. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })
}
