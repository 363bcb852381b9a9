import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '#node/config.ts'
import { makeFolder } from './ffmpeg.ts'
import { until } from './peers.ts'

const run = promisify(execFile)
const outputLimit = 256 * 1024 * 1024

/** The two ways in which Kubo makes ids of files, by their names today and by those before. */
export const importProfiles = {
  v0: ['unixfs-v0-2015', 'legacy-cid-v0'],
  v1: ['unixfs-v1-2025', 'test-cid-v1'],
} as const

/** A Kubo daemon on 127.0.0.1 that knows of nobody. */
export type Kubo = AsyncDisposable & {
  /** What a command prints; `input` is its standard input. */
  ipfs(args: readonly string[], input?: Uint8Array): Promise<Buffer>
  /** Address of its gateway. */
  readonly gateway: string
  /** Where its peer listens, with its id. */
  addresses(): Promise<readonly string[]>
  /** Adds files from here on as this profile says. */
  importAs(profile: keyof typeof importProfiles): Promise<void>
}

/** Starts the daemon in a folder of its own. Throws where `KUBO_PATH` does not say which program it is. */
export async function startKubo(): Promise<Kubo> {
  const { KUBO_PATH: program } = childEnvironment({})
  if (!program)
    throw new Error(
      'set KUBO_PATH to the program ipfs of Kubo, as `go build ./cmd/ipfs` makes it of its source (`go install` refuses to)',
    )
  const folder = await makeFolder()
  const env = childEnvironment({ IPFS_PATH: folder, IPFS_TELEMETRY: 'off' })
  const ipfs: Kubo['ipfs'] = async (args, input) => {
    const running = run(program, [...args], { env, encoding: 'buffer', maxBuffer: outputLimit })
    running.child.stdin?.end(input)
    return (await running).stdout
  }
  const configure = (key: string, value: unknown) =>
    ipfs(['config', '--json', key, JSON.stringify(value)])

  // Listens on free ports of 127.0.0.1, dials nobody by itself.
  await ipfs(['init', '--profile=test'])
  await configure('Routing', { Type: 'none' })
  await configure('Provide', { Enabled: false })
  await configure('AutoConf', { Enabled: false })
  await configure('AutoTLS', { Enabled: false })
  await configure('DNS', { Resolvers: {} })
  await configure('Bootstrap', [])
  await configure('Ipns.DelegatedPublishers', [])
  await configure('Addresses.Swarm', ['/ip4/127.0.0.1/tcp/0'])

  const daemon = spawn(program, ['daemon'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  for (const output of [daemon.stdout, daemon.stderr])
    output.on('data', (text: Buffer) => {
      told += text.toString()
    })
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  await until(() => {
    if (daemon.exitCode !== null) throw new Error(`Kubo ended: ${told}`)
    return told.includes('Daemon is ready')
  })
  const gateway = (await readFile(path.join(folder, 'gateway'), 'utf8')).trim()
  return {
    ipfs,
    gateway,
    addresses: async () => {
      const { Addresses } = JSON.parse((await ipfs(['id'])).toString()) as { Addresses: string[] }
      return Addresses
    },
    importAs: async (profile) => {
      const known = importProfiles[profile]
      const applied = (name: string) =>
        ipfs(['config', 'profile', 'apply', name]).then(
          () => true,
          () => false,
        )
      for (const name of known) if (await applied(name)) return
      throw new Error(`this Kubo knows none of ${known.join(', ')}`)
    },
    [Symbol.asyncDispose]: async () => {
      daemon.kill('SIGTERM')
      await exited
    },
  }
}
