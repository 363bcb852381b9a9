import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import envPaths from 'env-paths'
import { childEnvironment } from '#node/config.ts'

const run = promisify(execFile)

const version = '4.32.5'

/**
 * Path of the tester, installed once into the user's folder of caches, in an environment of its own. Rejects with what to do where
 * Python is not there, and with pip's words where it fails.
 */
export async function installSchemathesis(): Promise<string> {
  const directory = join(envPaths('spk-encoder', { suffix: '' }).cache, `schemathesis-${version}`)
  const program = join(directory, 'bin', 'schemathesis')
  if (
    await access(program).then(
      () => true,
      () => false,
    )
  )
    return program
  await python('-m', 'venv', '--clear', directory)
  await run(join(directory, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${version}`])
  return program
}

async function python(...args: readonly string[]): Promise<void> {
  try {
    await run('python3', args)
  } catch (error) {
    throw new Error(
      'fuzz:api needs Python 3.10 or later with venv; on Debian: apt-get install python3 python3-venv',
      { cause: error },
    )
  }
}

export type SchemathesisRun = {
  /** Of the server whose /openapi.json says what to ask. */
  readonly url: string
  readonly token: string | null
  readonly examples: number
  readonly seed: number
  /** Operations that are left alone. */
  readonly without?: readonly string[]
}

/**
 * What is deleted of a job is its claim to be encoded: it stays, as cancelled, with its history. Sequences of requests know no
 * exception for one operation; that deleted uploads are gone is a test of their own.
 */
const unfit = 'use_after_free'

/** Runs every check there is that fits; resolves to the exit code and the report. */
export async function runSchemathesis(
  program: string,
  { url, token, examples, seed, without = [] }: SchemathesisRun,
  directory: string,
): Promise<{ readonly code: number | null; readonly report: string }> {
  const config = new URL('schemathesis.toml', import.meta.url).pathname
  const child = spawn(
    program,
    [
      ...['--config-file', config, 'run', `${url}/openapi.json`, '--checks', 'all'],
      ...['--exclude-checks', unfit],
      ...['--max-examples', String(examples), '--seed', String(seed), '--continue-on-failure'],
      ...['--suppress-health-check', 'all', '--no-color', '--request-timeout', '60'],
      ...(token === null ? [] : ['--header', `Authorization: Bearer ${token}`]),
      ...without.flatMap((id) => ['--exclude-operation-id', id]),
    ],
    {
      ...{ cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] },
      env: childEnvironment({
        PYTHONPATH: new URL('.', import.meta.url).pathname,
        SCHEMATHESIS_HOOKS: 'schemathesis_formats',
      }),
    },
  )
  let report = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      report += text
    })
  const [code] = await once(child, 'close')
  return { code: code as number | null, report }
}
