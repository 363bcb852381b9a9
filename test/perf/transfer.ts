import { execFile, fork } from 'node:child_process'
import { createCipheriv, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs, promisify } from 'node:util'
import { makeFolder } from '#test/support/ffmpeg.ts'
import type { Fetched, TransferEnd } from '#test/support/processes/transfer-main.ts'
import { recordSection } from './record-section.ts'
import type { Content, Provided, Way } from './transfer-ways.ts'
import { ways } from './transfer-ways.ts'

/**
 * How fast a file gets from one process to another on this machine, verified and on the disk (fsync), by our block protocol, by bitswap,
 * as an archive over HTTP, and as a bare copy over TCP with a sha256 beside it: in turns, each between processes of its own. The goals
 * are 2.5 times bitswap, and no less than the archive. `--bytes` is the size of one more file, which only our protocol moves: what
 * memory its two ends take for it must not depend on its size.
 */
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: String(256 * 2 ** 20) },
    bytes: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '5' },
    record: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const mebibyte = 2 ** 20
const run = promisify(execFile)

type Child = AsyncDisposable & { readonly pid: number; readonly told: Promise<unknown> }

function start(end: TransferEnd): Child {
  const main = new URL('../support/processes/transfer-main.ts', import.meta.url)
  const child = fork(main, [JSON.stringify(end)])
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    pid: child.pid ?? 0,
    told: new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', (code) => reject(new Error(`a process ended with code ${code}`)))
    }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Bytes that nothing makes smaller. */
async function writeNoise(file: string, bytes: number): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16))
  await pipeline(Readable.from(zeros(bytes)), cipher, createWriteStream(file))
}

function* zeros(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= mebibyte) yield Buffer.alloc(Math.min(left, mebibyte))
}

/** Ticks of the kernel's clock, of which it counts 100 a second on every machine that matters here. */
const ticksPerSecond = 100

/** Processor time of a process so far, in seconds. Linux only. */
async function cpuSecondsOf({ pid }: Child): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name, which may hold anything, ends with the last bracket; user and system time are the 12th and 13th figures after it.
  const figures = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(figures[11]) + Number(figures[12])) / ticksPerSecond
}

/** Peak of the memory of a process so far, in bytes. Linux only. */
async function peakBytesOf({ pid }: Child): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1])
}

type Moved = Fetched & { readonly providerPeakBytes: number; readonly providerCpuSeconds: number }

type Place = { readonly store: string; readonly file: string }

/** Memory that a way takes at most, for its processes and for the disk's cache. */
const roomBytes = 2048 * mebibyte

/**
 * Leaves the machine alike before each: nothing of the way before is still to be written, and there is memory that nobody has to find
 * first. A virtual machine gets what was unused for a while from its host anew, page by page, which takes longer than a copy.
 */
async function settle(): Promise<void> {
  const file = path.join(folder, 'room')
  await writeFile(file, Readable.from(zeros(roomBytes)))
  await rm(file)
  await run('sync')
}

let moves = 0

/** Moves the file from a provider into an empty folder. Folders stay: a disk on which much was just removed is slow to take more. */
async function move(way: Way, { store, file }: Place, content: Content | null): Promise<Moved> {
  await using provider = start({ role: 'provider', way, directory: store, file, content })
  const from = (await provider.told) as Provided
  const idle = await cpuSecondsOf(provider)
  moves += 1
  const directory = path.join(folder, `fetched-${moves}`)
  await mkdir(directory)
  await settle()
  await using fetcher = start({ role: 'fetcher', way, directory, from })
  const fetched = (await fetcher.told) as Fetched
  const providerCpuSeconds = (await cpuSecondsOf(provider)) - idle
  return { ...fetched, providerPeakBytes: await peakBytesOf(provider), providerCpuSeconds }
}

/** Takes a file into a store once, for all that are to provide it. */
async function importOnce({ store, file }: Place): Promise<Content> {
  await using provider = start({
    ...{ role: 'provider', way: 'blocks', directory: store, file, content: null },
  })
  return ((await provider.told) as Provided).content
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((left, right) => left - right)[Math.floor(figures.length / 2)] ?? Number.NaN
const rounded = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`
const tell = (line: string): string => {
  process.stdout.write(`${line}\n`)
  return line
}

const folder = await makeFolder()
try {
  const bytes = Number(values.size)
  const place = { store: path.join(folder, 'provider'), file: path.join(folder, 'file') }
  await writeNoise(place.file, bytes)
  const content = await importOnce(place)
  const moved: Record<Way, Moved[]> = {
    ...{ blocks: [], bitswap: [], plainBitswap: [], car: [], tcp: [] },
  }
  for (let round = 0; round < rounds; round += 1)
    for (const way of ways) moved[way].push(await move(way, place, content))

  const lines: string[] = []
  const names = {
    blocks: 'our block protocol',
    bitswap: 'bitswap, encrypted like ours',
    plainBitswap: 'bitswap, as its library sets it up',
    car: 'CAR over HTTP',
    tcp: 'bare TCP copy with sha256',
  } as const
  for (const way of ways) {
    const speed = bytes / mebibyte / median(moved[way].map(({ seconds }) => seconds))
    const cpu = median(moved[way].map(({ cpuSeconds }) => cpuSeconds))
    const peak = rounded(median(moved[way].map(({ peakBytes }) => peakBytes)))
    const provider = rounded(median(moved[way].map((each) => each.providerPeakBytes)))
    const given = median(moved[way].map((each) => each.providerCpuSeconds))
    lines.push(
      tell(
        `${names[way]}: ${speed.toFixed(1)} MiB/s; fetcher ${cpu.toFixed(1)} s of processor and ${peak} at its peak, provider ${given.toFixed(1)} s and ${provider}`,
      ),
    )
  }
  for (const way of ['bitswap', 'plainBitswap', 'car', 'tcp'] as const) {
    const ratios = moved.blocks.map(
      ({ seconds }, round) => (moved[way][round]?.seconds ?? Number.NaN) / seconds,
    )
    const spent = (each: Moved): number => each.cpuSeconds + each.providerCpuSeconds
    const shares = moved.blocks.map((each, round) => {
      const other = moved[way][round]
      return other ? spent(other) / spent(each) : Number.NaN
    })
    lines.push(
      tell(
        `ours to ${names[way]}: ${median(ratios).toFixed(2)} (median of the rounds); by the processor time of both ends ${median(shares).toFixed(2)}`,
      ),
    )
  }

  const stream = Number(values.bytes)
  if (stream > 0) {
    await rm(place.store, { recursive: true, force: true })
    await writeNoise(place.file, stream)
    const far = await move('blocks', place, null)
    lines.push(
      tell(
        `${(stream / 1e9).toFixed(1)} GB by our block protocol: ${(stream / mebibyte / far.seconds).toFixed(1)} MiB/s; fetcher ${rounded(far.peakBytes)} at its peak, provider ${rounded(far.providerPeakBytes)}, import included`,
      ),
    )
  }
  await recordSection({
    ...{ name: 'transfer', title: 'Transfer of bytes between two processes', lines },
    how: `${rounded(bytes)}, ${rounds} rounds of each in turns, by \`npm run bench:transfer\`; medians.`,
  })
} finally {
  await rm(folder, { recursive: true, force: true })
}
