import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Client } from '@hiveio/dhive'
import { z } from 'zod'
import type { GenesisJson } from '#node/devchain/genesis.ts'
import { devchainClient } from '../../support/devchain.ts'

const main = join(import.meta.dirname, '../../../node/main.ts')
const Ready = z.object({ type: z.literal('ready'), url: z.string() })

/** A directory for one test. */
export interface Workspace extends Disposable {
  path(name: string): string
  /** Writes a genesis and results in its path. */
  genesis(accounts?: GenesisJson['accounts']): string
}

const wealthy = { hbd: '100.000 HBD', hive: '50.000 HIVE' }

export function aWorkspace(): Workspace {
  const directory = mkdtempSync(join(tmpdir(), 'devchain-'))
  const path = (name: string) => join(directory, name)
  return {
    path,
    genesis: (accounts = { alice: wealthy, bob: {}, arbiter: {} }) => {
      const file = path(`genesis-${Object.keys(accounts).join('-')}.json`)
      writeFileSync(file, JSON.stringify({ accounts }))
      return file
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}

export interface RunningCli extends AsyncDisposable {
  readonly url: string
  readonly client: Client
  /** Ends the process and resolves to its exit code, or null if the signal was its end, and what it printed. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<{ code: number | null; output: string }>
}

/** Starts `spk-encoder devchain` on a free port and waits until it is up. */
export async function startCli(...flags: readonly string[]): Promise<RunningCli> {
  const child = launch(['--port', '0', ...flags])
  const output = printed(child)
  const ready = once(child, 'message').then(([message]) => Ready.parse(message))
  const failed = once(child, 'exit').then(async () => {
    throw new Error(`it did not start: ${await output}`)
  })
  failed.catch(() => {})
  const { url } = await Promise.race([ready, failed])
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit')
    child.kill(signal)
    const [code] = await exit
    return { code: z.int().nullable().parse(code), output: await output }
  }
  return {
    url,
    client: devchainClient(url),
    end,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL')
    },
  }
}

/** Runs a command to its end. */
export async function runCli(...flags: readonly string[]) {
  const child = launch(flags)
  const [output, [code]] = await Promise.all([printed(child), once(child, 'exit')])
  return { code: z.int().parse(code), output }
}

function launch(flags: readonly string[]): ChildProcess {
  return fork(main, ['devchain', ...flags], { silent: true })
}

async function printed({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null || stderr === null) throw new Error('the process has pipes')
  const [out, err] = await Promise.all([text(stdout), text(stderr)])
  return out + err
}
