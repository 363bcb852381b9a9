import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import { makeDataDirectory } from '../data-directory.ts'
import { freeSpace } from '../encoding/disk-guard.ts'
import type { HardwareFinding } from '../encoding/hardware-report.ts'
import { instructionCap } from '../encoding/instruction-cap.ts'
import { formatBytes } from '../supervisor/format.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

/** Memory that one worker takes at 1080p with the whole ladder, and some to spare. */
const workerBytes = 700 * 2 ** 20

export async function checkProcessor(): Promise<readonly Finding[]> {
  const cap = await instructionCap()
  const cores = availableParallelism()
  const memory = Math.min(process.constrainedMemory() || totalmem(), totalmem())
  const wanted = cores * workerBytes
  const text = `${formatBytes(memory)}, ${formatBytes(freemem())} free`
  return [
    ok('cores', `${cores}, ${cpus()[0]?.model ?? process.arch}`),
    cap === null
      ? warn('instructions', `no AVX2: this machine is in a determinism class of its own`, null)
      : ok('instructions', `capped at ${cap} by the recipe`),
    memory >= wanted
      ? ok('memory', text)
      : warn(
          'memory',
          `${text}; ${cores} workers may need ${formatBytes(wanted)}`,
          `spk-encoder encode --workers ${Math.max(1, Math.floor(memory / workerBytes))}`,
        ),
  ]
}

export function describeHardware(found: readonly HardwareFinding[]): readonly Finding[] {
  if (found.length === 0)
    return [ok('hardware', 'no hardware encoder: the processor does the work')]
  return found.map(({ device, encoder, ok: isUsable, reason, fix }) =>
    isUsable ? ok(encoder, `${device}: ${reason}`) : warn(encoder, `${device}: ${reason}`, fix),
  )
}

const leastFreeBytes = 2 * 2 ** 30
const measuredBytes = 32 * 2 ** 20
const slowBytesPerSecond = 20 * 2 ** 20
const slowSyncMs = 250

/** Free space of a directory, which is made if need be, and how fast it takes bytes and keeps them. */
export async function checkDisk(directory: string): Promise<readonly Finding[]> {
  try {
    makeDataDirectory(directory)
  } catch (error) {
    return [unusableDirectory(directory, error)]
  }
  const free = await freeSpace(directory)
  const space =
    free >= leastFreeBytes
      ? ok('disk', `${formatBytes(free)} free in ${directory}`)
      : warn(
          'disk',
          `only ${formatBytes(free)} free in ${directory}`,
          `du -xh ${directory} | sort -h | tail`,
        )
  return [space, await measureDisk(directory)]
}

/** What a directory lacks that cannot be made or written. An owner mends permissions; what else is wrong, another directory does. */
export function unusableDirectory(directory: string, error: unknown): Finding {
  if (!(error instanceof MarketError)) throw error
  const isForbidden = ['EACCES', 'EPERM'].includes(String(error.meta['reason']))
  if (!isForbidden) return fail('disk', error.message, 'choose another directory with --data')
  const mine = existsSync(directory) ? 'chown -R "$USER"' : 'install -d -m 700 -o "$USER"'
  return fail('disk', error.message, `sudo ${mine} ${directory}`)
}

async function measureDisk(directory: string): Promise<Finding> {
  const file = path.join(directory, 'doctor.unfinished')
  try {
    await using handle = await open(file, 'w', 0o600)
    const began = performance.now()
    await handle.write(Buffer.alloc(measuredBytes, 1))
    await handle.sync()
    const written = performance.now()
    await handle.write('one line')
    await handle.sync()
    const syncMs = performance.now() - written
    const perSecond = measuredBytes / ((written - began) / 1000)
    const text = `${formatBytes(perSecond)}/s, ${syncMs.toFixed(1)} ms to keep a line`
    const isSlow = perSecond < slowBytesPerSecond || syncMs > slowSyncMs
    return isSlow
      ? warn('disk speed', `${text}: slow`, 'choose another disk with --data')
      : ok('disk speed', text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return fail(
      'disk speed',
      `${directory} cannot be written: ${reason}`,
      `sudo chown -R "$USER" ${directory}`,
    )
  } finally {
    await rm(file, { force: true }).catch(() => undefined)
  }
}

/** Ports that programs look for on 127.0.0.1, with who looks for them. */
const ports = [
  { port: 3002, use: 'the desktop agent' },
  { port: 8090, use: 'the development chain' },
] as const

export async function checkPorts(): Promise<readonly Finding[]> {
  return await Promise.all(
    ports.map(async ({ port, use }) => {
      const name = `port ${port}`
      if (await isFree(port)) return ok(name, `free, for ${use}`)
      return warn(name, `taken; ${use} wants it`, `ss -ltnp 'sport = :${port}'`)
    }),
  )
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })
}

/** Hive refuses transactions that are a minute off; blocks come every three seconds. */
const mostSkewSeconds = 3

/** Compares this machine's clock with that of a server, by the date in its answer, which counts whole seconds. */
export async function checkClock(
  url: string | undefined,
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<Finding> {
  if (url === undefined)
    return ok('clock', 'not compared; --rpc URL names a server to compare with')
  try {
    const asked = now()
    const { headers } = await fetch(url, { method: 'HEAD', signal })
    const here = (asked + now()) / 2
    const there = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(there)) return warn('clock', `${url} does not tell the time`, null)
    const skew = Math.abs(here - there - 500) / 1000
    return skew <= mostSkewSeconds
      ? ok('clock', `within ${mostSkewSeconds} s of ${url}`)
      : warn('clock', `${skew.toFixed(0)} s off ${url}`, 'sudo timedatectl set-ntp true')
  } catch {
    return warn('clock', `${url} does not answer`, `curl -I ${url}`)
  }
}
