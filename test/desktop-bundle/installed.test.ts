import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { childEnvironment } from '#node/config.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { processTree } from '#test/support/command.ts'
import { aDesktop, start } from '#test/support/desktop/desktop.ts'
import { openTray } from '#test/support/desktop/tray.ts'
import { aDevchain } from '#test/support/devchain.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

/** What `npm run desktop:build -- --debug --bundle` has made, unpacked where no checkout is at hand. */

const run = promisify(execFile)
const patience = { timeout: 240_000, interval: 500 }
const made = 'ui/desktop/target/debug/bundle/deb'

async function unpacked(): Promise<string> {
  const archive = (await readdir(made)).find((name) => name.endsWith('.deb'))
  if (archive === undefined) throw new Error(`there is no package in ${made}`)
  const root = await makeFolder()
  await run('dpkg-deb', ['-x', path.join(made, archive), root])
  return root
}

test('an installed shell starts the node that its installer brought', async () => {
  const root = await unpacked()
  const program = path.join(root, 'usr/lib/spk-encoder/spk-encoder')
  const node = path.join(program, 'node_modules/node/bin/node')
  await using devchain = await aDevchain({ pace: { type: 'interval', seconds: 0.5 } })
  await using desktop = await aDesktop()
  const { SPK_ENCODER: _, ...environment } = desktop.environment
  const passwordFile = path.join(desktop.home, 'password')
  await writeFile(passwordFile, 'zebra-quartz-lantern-19\n', { mode: 0o600 })
  const flags = ['--account', 'alice', '--role', 'posting', '--password-file', passwordFile]
  const importing = run(node, [path.join(program, 'node/main.ts'), 'keys', 'import', ...flags], {
    env: childEnvironment(environment),
  })
  importing.child.stdin?.end(devchainKey('alice', 'posting').toString())
  expect((await importing).stdout).toContain('The posting key')
  const settings = {
    ...{ account: 'alice', chain: 'devchain', indexer: null, passwordFile, program: null },
    options: ['--rpc', devchain.url, '--agent-port', '0', '--hardware', 'off'],
  }
  const folder = path.join(desktop.home, '.config/network.spk.encoder')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'desktop.json'), JSON.stringify(settings))

  const shell = path.join(root, 'usr/bin/spk-encoder-desktop')
  await using running = start(shell, ['--hidden'], { ...environment, PATH: '/usr/bin:/bin' })
  const tray = openTray(desktop)
  await expect.poll(() => tray.items().catch(() => []), patience).toContain('@alice: ready (off)')
  const commands = (await processTree(running.process.pid ?? 0)).map(({ command }) => command)
  expect(commands.filter((command) => command.startsWith(node))).toEqual([
    expect.stringContaining('--supervised'),
  ])
  await tray.click('Quit')
  expect(await running.exited).toBe(0)
})
