import { once } from 'node:events'
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { devchainKey } from '#node/devchain/keys.ts'
import { processTree, runCommand, startCommand } from '#test/support/command.ts'
import type { Desktop } from '#test/support/desktop/desktop.ts'
import { aDesktop, shellFile, start } from '#test/support/desktop/desktop.ts'
import type { DrivenWindow } from '#test/support/desktop/driven-window.ts'
import { openDrivenWindow } from '#test/support/desktop/driven-window.ts'
import type { Tray } from '#test/support/desktop/tray.ts'
import { openTray } from '#test/support/desktop/tray.ts'
import type { TestDevchain } from '#test/support/devchain.ts'
import { aDevchain } from '#test/support/devchain.ts'
import { openTools } from '#test/support/ffmpeg.ts'
import { makeShortClip } from '#test/support/short-clip.ts'

/** The shell as its user has it: the window through WebDriver, the tray and the notifications over the bus. */

const patience = { timeout: 150_000, interval: 500 }
const password = 'zebra-quartz-lantern-19'

let devchain: TestDevchain
let desktop: Desktop
let window: DrivenWindow
let tray: Tray

beforeAll(async () => {
  devchain = await aDevchain({ pace: { type: 'interval', seconds: 0.5 } })
  desktop = await aDesktop()
  window = await openDrivenWindow(desktop)
  tray = openTray(desktop)
})
afterAll(async () => {
  await window?.[Symbol.asyncDispose]()
  await desktop?.[Symbol.asyncDispose]()
  await devchain?.[Symbol.asyncDispose]()
})

const shown = () => window.text().catch(() => '')
const address = () => window.url().catch(() => '')
const passwordFile = () => path.join(desktop.home, 'password')
const logFile = () => path.join(desktop.home, 'data/network.spk.encoder/logs/node.log')
const nodes = async () =>
  (await processTree(window.pid)).filter(({ command }) => command.includes('--supervised'))
const agentPage = /^http:\/\/127\.0\.0\.1:\d+\/$/

async function keepScreenshot(name: string): Promise<void> {
  const folder = '.scratch/desktop'
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, `${name}.png`), await window.screenshot())
}

async function saveSettings(settings: Readonly<Record<string, string>>): Promise<void> {
  await window.run(
    `const form = document.getElementById('settings')
     for (const [name, value] of Object.entries(arguments[0])) form.elements[name].value = value
     form.requestSubmit()`,
    settings,
  )
}

/** A web server of one page, and the paths that it was asked for. */
async function aSite(text: string) {
  const asked: (string | undefined)[] = []
  const server = createServer(({ url }, response) => {
    asked.push(url)
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Site</title>${text}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ asked, url: `http://127.0.0.1:${port}` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const nodeOptions = () => ['--rpc', devchain.url, '--agent-port', '0', '--hardware', 'off']

test('a first start asks whose node it is, and explains what the node lacks', async () => {
  await expect.poll(shown, patience).toContain('Whose node is it?')
  await keepScreenshot('1-first-start')
  await writeFile(passwordFile(), `${password}\n`, { mode: 0o600 })
  await saveSettings({
    ...{ account: 'alice', chain: 'devchain', passwordFile: passwordFile() },
    options: nodeOptions().join('\n'),
  })
  await expect.poll(shown, patience).toContain('keys import --account alice --role posting')
  expect(await shown()).toContain('A node needs the posting key of @alice')
  expect(await nodes()).toEqual([])
  expect(await tray.items()).toContain('@alice: stopped (off)')
  await keepScreenshot('2-no-key')
})

test('a key that is there lets the node start, and the window shows its page', async () => {
  const { code, stderr } = await runCommand(
    [
      'keys',
      'import',
      '--account',
      'alice',
      '--role',
      'posting',
      '--password-file',
      passwordFile(),
    ],
    desktop.environment,
    devchainKey('alice', 'posting').toString(),
  )
  expect(stderr).toBe('')
  expect(code).toBe(0)
  await tray.click('Start again')
  await expect.poll(address, patience).toMatch(agentPage)
  await expect.poll(shown, patience).toContain('Desktop agent of @alice')
  expect(await nodes()).toHaveLength(1)
})

test('its owner has a video encoded for himself, watches it, and is told when it is done', async () => {
  const clip = await makeShortClip(await openTools(), { name: 'holiday.mp4', seconds: 4 })
  const { code } = await runCommand(
    ['agent', 'add', clip, '--account', 'alice'],
    desktop.environment,
  )
  expect(code).toBe(0)
  await expect.poll(shown, patience).toMatch(/holiday\.mp4\s+completed/)
  await expect.poll(() => desktop.notices.join('\n'), patience).toContain('holiday.mp4')
  expect(desktop.notices.join('\n')).toContain('Encoded')
  await keepScreenshot('3-encoded')
})

test('a page in the window has no say over the shell', async () => {
  const attempt = `return window.__TAURI_INTERNALS__
    .invoke(arguments[0], arguments[1])
    .then(() => 'let in', (error) => 'refused: ' + error)`
  const settings = { account: 'mallory', chain: 'devchain', options: [], program: '/bin/false' }
  for (const [command, given] of [
    ['view', {}],
    ['again', {}],
    ['save', { settings }],
    ['open_log', {}],
    ['plugin:opener|open_url', { url: 'https://evil.example' }],
    ['plugin:notification|notify', { options: { title: 'x' } }],
    ['plugin:window|close', { label: 'main' }],
  ] as const)
    expect([command, await window.run(attempt, command, given)]).toEqual([
      command,
      expect.stringMatching(/^refused: /),
    ])
})

test('a node that is paused from the tray and killed comes back, and is paused still', async () => {
  await tray.click('Pause')
  await expect.poll(shown, patience).toContain('Offline, paused')
  await expect.poll(() => tray.items(), patience).toContain('[x] Pause')
  const [killed] = await nodes()
  process.kill(killed!.pid, 'SIGKILL')
  const running = async () => (await nodes()).map(({ pid }) => pid)
  await expect
    .poll(running, patience)
    .toSatisfy((pids: number[]) => pids.length === 1 && pids[0] !== killed!.pid)
  await expect.poll(address, patience).toMatch(agentPage)
  await expect.poll(shown, patience).toContain('paused')
  expect(await readFile(logFile(), 'utf8')).toContain('killed by signal 9')
  expect(await readFile(logFile(), 'utf8')).not.toContain('#key=')
  await tray.click('Pause')
  await expect.poll(() => tray.items(), patience).toContain('Pause')
})

test('starting at login is chosen in the tray', async () => {
  const entries = () => readdir(path.join(desktop.home, '.config/autostart')).catch(() => [])
  await tray.click('Start at login')
  await expect.poll(() => tray.items(), patience).toContain('[x] Start at login')
  const [entry = ''] = await entries()
  const text = await readFile(path.join(desktop.home, '.config/autostart', entry), 'utf8')
  expect(text).toContain(`Exec="${await realpath(shellFile)}" --hidden`)
  await tray.click('Start at login')
  await expect.poll(entries, patience).toEqual([])
})

test('a link to a job opens it on the dashboard, in the one shell that runs, and leads nowhere else', async () => {
  await using dashboard = await aSite('<p>The dashboard</p>')
  await using elsewhere = await aSite('<p>Elsewhere</p>')
  const indexer = dashboard.url
  await tray.click('Settings')
  await expect.poll(shown, patience).toContain('Whose node is it?')
  await saveSettings({ indexer })
  await expect.poll(shown, patience).toContain(indexer)

  const job = '0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42'
  await using second = start(shellFile, [`spk-encoder://job/${job}`], desktop.environment)
  expect(await second.exited).toBe(0)
  await expect.poll(address, patience).toBe(`${indexer}/jobs/${job}`)
  await using third = start(shellFile, [`spk-encoder://job/../owner`], desktop.environment)
  expect(await third.exited).toBe(0)
  await expect.poll(shown, patience).toBe('The dashboard')
  await window.run(`location.href = '${elsewhere.url}/'`)

  await tray.click('This machine')
  await expect.poll(shown, patience).toContain('Desktop agent of @alice')
  expect(elsewhere.asked).toEqual([])

  await tray.click('Settings')
  await expect.poll(shown, patience).toContain('Whose node is it?')
  await saveSettings({ indexer: '' })
  await expect.poll(() => tray.items(), patience).toContain('@alice: ready (off)')
})

test('a shell that is told to quit once the work is done stops its node and ends', async () => {
  const before = await processTree(window.pid)
  expect(before.some(({ command }) => command.includes('--supervised'))).toBe(true)
  await tray.click('Finish the job, then quit')
  await expect.poll(() => nodes(), patience).toEqual([])
  await expect
    .poll(
      async () =>
        (await processTree(window.pid)).filter(({ command }) => command.startsWith(shellFile)),
      patience,
    )
    .toEqual([])
})

test('a node that runs by itself is met, shown, and left alone', async () => {
  const flags = ['node', '--account', 'alice', '--role', 'creator', ...nodeOptions()]
  const node = startCommand([...flags, '--password-file', passwordFile()], desktop.environment)
  await node.line((line) => line.includes('desktop agent'))
  await using shell = start(shellFile, [], desktop.environment)
  await expect.poll(() => tray.items().catch(() => []), patience).toContain('@alice: ready (off)')
  expect(await tray.items()).toContain('Finish the job, then quit (off)')
  await tray.click('Pause')
  const asked = ['agent', 'status', '--json', '--account', 'alice']
  const isPaused = async () =>
    JSON.parse((await runCommand(asked, desktop.environment)).stdout).isPaused
  await expect.poll(isPaused, patience).toBe(true)
  await tray.click('Quit')
  expect(await shell.exited).toBe(0)
  expect(await isPaused()).toBe(true)
  process.kill(node.pid, 'SIGTERM')
  await node.ended
})

test('a node never outlives a shell that is killed', async () => {
  await using shell = start(shellFile, ['--hidden'], desktop.environment)
  await expect.poll(() => tray.items().catch(() => []), patience).toContain('@alice: ready (off)')
  const tree = await processTree(shell.process.pid ?? 0)
  const node = tree.find(({ command }) => command.includes('--supervised'))
  expect(node).toBeDefined()
  shell.process.kill('SIGKILL')
  await shell.exited
  const asked = ['agent', 'status', '--account', 'alice']
  const answer = async () => (await runCommand(asked, desktop.environment)).stderr
  await expect.poll(answer, patience).toContain('No desktop agent runs')
})
