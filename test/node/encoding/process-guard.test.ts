import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import type { ProcessGuard } from '#node/encoding/process-guard.ts'
import { createProcessGuard, findDeathSignal } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'
import { makeFolder, openTools } from '#test/support/ffmpeg.ts'

const endless = fileURLToPath(new URL('endless-encode.ts', import.meta.url))
const patience = { timeout: 10_000, interval: 20 }

/** True for a process that runs; a dead one that nobody has fetched yet does not. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

function recordedPids(ledger: string): readonly number[] {
  return readdirSync(ledger).map((name) => Number.parseInt(name, 10))
}

/** A node that encodes, killed as a power cut would: without a chance to do anything about it. */
async function killEncodingNode(mode: 'guarded' | 'unguarded') {
  const { binaries } = await openTools()
  const ledger = await makeFolder()
  const node = spawn(process.execPath, [endless, binaries.ffmpeg, ledger, mode])
  await once(node.stdout, 'data')
  const [pid = 0] = recordedPids(ledger)
  expect(isRunning(pid)).toBe(true)
  await kill(node)
  return { ledger, pid }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function openGuard(niceness = 0): Promise<{ guard: ProcessGuard; ledger: string }> {
  const ledger = await makeFolder()
  const guard = createProcessGuard(
    { ledger: createProcessLedger(ledger) },
    { niceness, prefix: await findDeathSignal() },
  )
  return { guard, ledger }
}

test('a node that is killed takes its FFmpeg with it', async () => {
  const { pid } = await killEncodingNode('guarded')
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), patience)
})

test('where the kernel does not help, the next life ends what the last one left', async () => {
  const { ledger, pid } = await killEncodingNode('unguarded')
  expect(isRunning(pid)).toBe(true)
  expect(createProcessLedger(ledger).endLeftovers()).toBe(1)
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), patience)
  expect(recordedPids(ledger)).toEqual([])
})

test('a living owner keeps its processes, whoever else opens its ledger', async () => {
  const { guard, ledger } = await openGuard()
  const started = guard.start({ file: 'sleep', args: ['60'] })
  const [pid = 0] = recordedPids(ledger)
  expect(createProcessLedger(ledger).endLeftovers()).toBe(0)
  expect(isRunning(pid)).toBe(true)
  started.kill()
  expect(await started.exited).toMatchObject({ signal: 'SIGKILL' })
  expect(recordedPids(ledger)).toEqual([])
})

test('a kill ends everything that a process has started', async () => {
  const { guard } = await openGuard()
  const started = guard.start({ file: 'sh', args: ['-c', 'sleep 60 & echo $!; wait'] })
  const [line] = await once(started.child.stdout, 'data')
  const grandchild = Number.parseInt(String(line), 10)
  expect(isRunning(grandchild)).toBe(true)
  started.kill()
  await started.exited
  await vi.waitFor(() => expect(isRunning(grandchild)).toBe(false), patience)
})

test('a child stands back behind other work, with nothing to read', async () => {
  const { guard } = await openGuard(7)
  // The child may run before its priority is set.
  const script = 'until [ "$(nice)" = 7 ]; do :; done; nice; wc -c'
  const { child, exited } = guard.start({ file: 'sh', args: ['-c', script] })
  const chunks: string[] = []
  for await (const chunk of child.stdout) chunks.push(String(chunk))
  expect(chunks.join('').split(/\s+/)).toEqual(['7', '0', ''])
  expect((await exited).code).toBe(0)
})

test('a program that does not exist is an exit with an error, not an exception', async () => {
  const guard = createProcessGuard(
    { ledger: createProcessLedger(await makeFolder()) },
    { niceness: 0, prefix: [] },
  )
  const { exited } = guard.start({ file: '/no/such/program', args: [] })
  expect((await exited).error?.message).toContain('ENOENT')
})
