import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ChildEvent, ChildSpec } from '#node/supervisor/child.ts'
import { superviseChild } from '#node/supervisor/child.ts'
import { makeFolder } from '../../support/ffmpeg.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function chainSpec(): Promise<ChildSpec> {
  const folder = await makeFolder()
  const genesis = join(folder, 'genesis.json')
  await writeFile(genesis, '{"accounts":{"alice":{"hbd":"1.000 HBD"}}}')
  return {
    name: 'devchain',
    log: join(folder, 'log'),
    environment: {},
    args: (port) => ['devchain', '--manual', '--genesis', genesis, '--port', String(port ?? 0)],
  }
}

/** What a supervisor tells, to be waited for. */
function hearing() {
  const events: ChildEvent[] = []
  const target = new EventTarget()
  const count = (type: ChildEvent['type']): number =>
    events.filter((event) => event.type === type).length
  return {
    events,
    hear: (event: ChildEvent): void => {
      events.push(event)
      target.dispatchEvent(new Event('heard'))
    },
    until: async (type: ChildEvent['type'], times: number): Promise<void> => {
      while (count(type) < times) await once(target, 'heard')
    },
    pids: (): readonly number[] =>
      events.flatMap((event) => (event.type === 'started' ? [event.pid] : [])),
  }
}

test('a killed process is started again at the address it had', async () => {
  const { events, hear, until, pids } = hearing()
  await using child = superviseChild(await chainSpec(), hear)
  const { url } = await child.up
  process.kill(pids()[0]!, 'SIGKILL')
  await until('ready', 2)
  expect(events.slice(1)).toEqual([
    { type: 'ready', name: 'devchain', url },
    { type: 'died', name: 'devchain', how: 'killed by SIGKILL' },
    { type: 'started', name: 'devchain', pid: expect.any(Number) },
    { type: 'ready', name: 'devchain', url },
  ])
})

test('a supervised process is gone when its supervision ends', async () => {
  const { hear, pids, events } = hearing()
  const child = superviseChild(await chainSpec(), hear)
  await child.up
  await child[Symbol.asyncDispose]()
  expect(pids().map(isAlive)).toEqual([false])
  expect(events.map(({ type }) => type)).toEqual(['started', 'ready'])
})

test('a process that keeps ending is given up, with the end of its log', async () => {
  const { events, hear, pids } = hearing()
  const spec = { ...(await chainSpec()), args: () => ['devchain', '--genesis', '/nowhere.json'] }
  await using child = superviseChild(spec, hear)
  await expect(child.up).rejects.toMatchObject({
    code: 'child-failed',
    message: expect.stringContaining('option-invalid: Say how blocks come'),
  })
  expect(events.filter(({ type }) => type === 'died')).toHaveLength(pids().length)
})
