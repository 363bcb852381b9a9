import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import type { Command } from '../command.ts'
import { startCommand } from '../command.ts'

/** An indexer as its operator runs it, with its own Postgres, over and over at one address and in one directory. */
export type IndexerProcess = AsyncDisposable & {
  /** Where it serves, also while it is down. */
  readonly url: string
  /** Resolves once it serves; a process that runs stays the same. Rejects for one that ends before. */
  start(): Promise<void>
  /** Starts it and kills it with its first words, before it serves. */
  startInVain(): Promise<void>
  /** SIGKILL to it alone: its Postgres stays behind. */
  kill(): Promise<void>
  /** Process id of its Postgres. */
  postgresPid(): Promise<number>
}

export async function startIndexerProcess(
  flags: readonly string[],
  directory: string,
): Promise<IndexerProcess> {
  const postgres = join(directory, 'postgres')
  let life: Command | null = null
  const begin = (port: string): Command => {
    life = startCommand(['indexer', ...flags, '--data', directory, '--port', port])
    return life
  }
  const run = async (port: string): Promise<string> => {
    const command = begin(port)
    const line = await command
      .line((text) => text.startsWith('indexer on '))
      .catch(async (error: unknown) => {
        const { stderr } = await command.ended
        throw new Error(`the indexer ended: ${stderr}`, { cause: error })
      })
    return /https?:\S+(?=\/api$)/.exec(line)?.[0] ?? line
  }
  const kill = async (): Promise<void> => {
    const ended = life
    life = null
    ended?.process.kill('SIGKILL')
    await ended?.ended
  }
  const url = await run('0')
  const { port } = new URL(url)
  return {
    url,
    start: async () => {
      if (!life) await run(port)
    },
    startInVain: async () => {
      const { process: child, ended } = begin(port)
      await Promise.race([once(child.stderr ?? child, 'data'), ended])
      await kill()
    },
    kill,
    postgresPid: async () =>
      Number((await readFile(join(postgres, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]),
    [Symbol.asyncDispose]: async () => {
      await kill()
      // Taken over, to be stopped: nobody else does it any more.
      const left = await startEmbeddedPostgres({ directory: postgres })
      await left[Symbol.asyncDispose]()
    },
  }
}
