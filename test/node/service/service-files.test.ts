import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { childEnvironment } from '#node/config.ts'
import { serviceFile, servicePlatforms } from '#node/service/service-file.ts'
import { alice } from '#test/support/builders.ts'
import { runCommand } from '#test/support/command.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const run = promisify(execFile)

const spec = {
  account: alice,
  command: [
    '/opt/100% $node 24/bin/node',
    '/home/al/spk encoder/node/main.ts',
    ...[
      'node',
      '--password-file',
      '/home/al/100% "sure" $HOME\\key',
      '--indexer',
      'https://a.example/?x=1&y=<2>',
    ],
  ],
  home: '/home/al',
} as const

test('a systemd unit starts the node with exactly its arguments, whatever is in them', () => {
  const { path: file, text, start } = serviceFile('linux', spec)
  expect(file).toBe('/home/al/.config/systemd/user/spk-encoder-alice.service')
  expect(text).toContain(
    String.raw`ExecStart="/opt/100%% $node 24/bin/node" "/home/al/spk encoder/node/main.ts" "node" "--password-file" "/home/al/100%% \"sure\" $$HOME\\key" "--indexer" "https://a.example/?x=1&y=<2>"`,
  )
  expect(text).toMatch(/^Restart=on-failure$/m)
  expect(text).toMatch(/^WantedBy=default.target$/m)
  expect(start).toContain('systemctl --user enable --now spk-encoder-alice.service')
})

test('a launchd agent has each argument in an element of its own', () => {
  const { path: file, text, stop } = serviceFile('darwin', spec)
  expect(file).toBe('/home/al/Library/LaunchAgents/network.spk.encoder.alice.plist')
  expect(text).toContain('<string>/home/al/100% "sure" $HOME\\key</string>')
  expect(text).toContain('<string>https://a.example/?x=1&amp;y=&lt;2&gt;</string>')
  expect(text).toMatch(/<key>RunAtLoad<\/key>\s*<true\/>/)
  expect(stop).toEqual(['launchctl bootout gui/$(id -u)/network.spk.encoder.alice'])
})

test('a task of Windows quotes as its programs read their command line', () => {
  const home = 'C:\\Users\\al'
  const command = [
    'C:\\node 24\\node.exe',
    'C:\\spk\\main.ts',
    '--data',
    'D:\\a b\\',
    'say "hi"',
    '100%',
  ] as const
  const { path: file, text, encoding } = serviceFile('win32', { ...spec, home, command })
  expect(file).toBe('C:\\Users\\al\\AppData\\Local\\spk-encoder\\spk-encoder-alice.xml')
  expect(encoding).toBe('utf16le')
  expect(text).toContain('<Command>"C:\\node 24\\node.exe"</Command>')
  expect(text).toContain(
    String.raw`<Arguments>C:\spk\main.ts --data "D:\a b\\" "say \"hi\"" 100%</Arguments>`,
  )
  expect(text).toContain('<LogonTrigger>')
})

test.each(['C:\\%PATH%\\key', '$(Arg0)'])(
  'a task of Windows is refused that would not get %j as it is',
  (word) => {
    for (const command of [
      ['node.exe', word],
      [word, 'main.ts'],
    ] as const)
      expect(() => serviceFile('win32', { ...spec, command })).toThrow(
        expect.objectContaining({ code: 'option-invalid' }),
      )
    expect(serviceFile('darwin', { ...spec, command: ['node', word] }).text).toContain(word)
  },
)

test('what is to be typed into a shell names the file whatever is in its path', () => {
  const home = "/Users/o'neil & al"
  const [start] = serviceFile('darwin', { ...spec, home }).start
  expect(start).toContain(
    String.raw`'/Users/o'\''neil & al/Library/LaunchAgents/network.spk.encoder.alice.plist'`,
  )
})

test.each(servicePlatforms)(
  'no file of %s carries a private key or a line of its own',
  (platform) => {
    const key = '5JdeC9P7Pbd1uGdFVEsJ41EkEnADbbHGq6p1BwFxm6txNBsQnsw'
    for (const argument of [key, `--posting=${key}`, 'a\nExecStartPre=/bin/evil'])
      expect(() =>
        serviceFile(platform, { ...spec, command: ['node', 'main.ts', argument] }),
      ).toThrow(expect.objectContaining({ code: 'option-invalid' }))
  },
)

/** Those who read the files in earnest are on some machines only: where they are not, these tests are told as skipped. */
const isThere = (program: string): boolean =>
  !spawnSync(program, ['--version'], { stdio: 'ignore' }).error

test.runIf(isThere('systemd-analyze'))(
  'systemd finds the program of a unit, whatever is in its path',
  async () => {
    const folder = await makeFolder()
    const program = path.join(folder, '100% of $HOME; & b', 'the node')
    await mkdir(path.dirname(program))
    await symlink(process.execPath, program)
    const verified = async (command: readonly [string, ...string[]]) => {
      const unit = path.join(folder, 'spk-encoder-alice.service')
      await writeFile(unit, serviceFile('linux', { ...spec, command }).text)
      const env = childEnvironment({ XDG_RUNTIME_DIR: folder })
      return await run('systemd-analyze', ['verify', '--user', unit], { env })
    }
    await verified([program, 'main.ts', 'node', '100% $HOME "x"'])
    await expect(verified([`${program} 2`])).rejects.toThrow(/not executable/)
    for (const mark of ['"', "'", '\\'])
      await expect(verified([`/opt/a${mark}b/node`])).rejects.toMatchObject({
        code: 'option-invalid',
      })
  },
)

test.runIf(isThere('xmllint'))('a reader of XML gets each word as it was', async () => {
  const folder = await makeFolder()
  for (const platform of ['darwin', 'win32'] as const) {
    const file = path.join(folder, `${platform}.xml`)
    const { text, encoding } = serviceFile(platform, spec)
    await writeFile(file, encoding === 'utf16le' ? `\ufeff${text}` : text, encoding)
    const words = platform === 'darwin' ? '//array/string[last()]' : '//*[local-name()="Arguments"]'
    const asked = ['--nonet', '--xpath', `string(${words})`, file]
    expect((await run('xmllint', asked)).stdout).toContain('https://a.example/?x=1&y=<2>')
  }
})

test('the command writes, shows, keeps from foreign files, and removes', async () => {
  const home = await makeFolder()
  const environment = { HOME: home }
  const service = (...args: string[]) =>
    runCommand(['service', ...args, '--account', 'alice', '--platform', 'linux'], environment)
  const file = path.join(home, '.config/systemd/user/spk-encoder-alice.service')
  const shown = await service('install', '--dry-run')
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('"--role" "creator"') })
  expect(shown.stdout).toContain('"--on-stop" "keep"')
  expect(existsSync(file)).toBe(false)
  expect((await service('status')).code).toBe(3)
  expect((await service('install')).code).toBe(0)
  expect(await readFile(file, 'utf8')).toContain('"--account" "alice"')
  expect((await service('status')).stdout).toContain(`Installed: ${file}`)
  expect((await service('remove')).stdout).toContain('systemctl --user disable --now')
  expect(existsSync(file)).toBe(false)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, '[Service]\n')
  expect(await service('remove')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('data-foreign'),
  })
  const mistaken = await runCommand(
    ['service', 'install', '--account', 'alice', '--', '--agent-port', 'x'],
    environment,
  )
  expect(mistaken).toMatchObject({ code: 1, stderr: expect.stringContaining('agent-port') })
})
