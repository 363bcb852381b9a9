import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { childEnvironment } from '#node/config.ts'
import { runCommand, startCommand } from '#test/support/command.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const main = fileURLToPath(new URL('../../../node/main.ts', import.meta.url))

describe('an error', () => {
  const nowhere = ['/nowhere.mp4', '--hardware', 'off', '--data']

  test('of encode goes where errors go', async () => {
    const { code, stdout, stderr } = await runCommand(['encode', ...nowhere, await makeFolder()])
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'input-missing: There is no such file.\n' })
    expect(stdout).not.toContain('input-missing')
  })

  test('of encode is read by programs where they read the result', async () => {
    const line = ['encode', ...nowhere, await makeFolder(), '--json']
    const { stdout, stderr } = await runCommand(line)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout.split('\n').at(-1) ?? '')).toEqual({
      error: { code: 'input-missing', message: 'There is no such file.' },
    })
  })

  test.each([
    ['verify', ['verify', '/nowhere', '--source', '/nowhere.mp4'], 'input-missing'],
    ['audit', ['audit', 'verify', '--file', '/nowhere'], 'input-unreadable'],
  ])('of %s goes where errors go', async (_, line, code) => {
    const { stdout, stderr } = await runCommand(line)
    expect(stdout).toBe('')
    expect(stderr).toMatch(new RegExp(`^${code}: `))
  })
})

describe.runIf(process.platform !== 'win32')('whoever reads the output', () => {
  test.each([
    ['encode', ['encode', '/nowhere.mp4', '--hardware', 'off', '--data'], 'stdout'],
    ['benchmark', ['benchmark', '--height', '90', '--workers', '1', '--data'], 'stderr'],
  ] as const)('may go before %s is done, which then ends quietly', async (_, line, closed) => {
    const child = spawn(process.execPath, [main, ...line, await makeFolder()], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: childEnvironment({}),
    })
    child[closed].destroy()
    const told = text(closed === 'stdout' ? child.stderr : child.stdout)
    expect(await once(child, 'exit')).toEqual([141, null])
    expect(await told).toBe('')
  })
})

describe.runIf(process.platform !== 'win32')('an interrupt', () => {
  test.each([
    ['doctor', ['doctor']],
    ['benchmark', ['benchmark', '--height', '1080']],
  ])('ends %s as shells know it', async (_, line) => {
    const data = path.join(await makeFolder(), 'data')
    const { process: child, ended } = startCommand([...line, '--data', data])
    // The directory is made once the command listens to signals.
    while (!(await exists(data))) await setTimeout(20)
    child.kill('SIGINT')
    expect(await ended).toEqual({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(
        /^(measuring: .*\n)*cancelled: The process was asked to stop\.\n$/,
      ),
    })
  })
})

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  )
}
