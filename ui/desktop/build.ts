import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * `npm run desktop:build` makes the desktop shell, optimised; with `--debug` for whoever works on it. `--test` makes in addition what
 * its tests drive it with, and runs those of its own. What the machine lacks is told before anything is compiled.
 */
const { values } = parseArgs({
  options: { debug: { type: 'boolean' }, test: { type: 'boolean' } },
})
const folder = fileURLToPath(new URL('.', import.meta.url))
/** The newest that drives shells of Tauri 2. */
const driver = 'tauri-driver@2.1.0'

/** Programs and libraries of a Linux machine, and the packages of Debian and Ubuntu that have them. */
const libraries = {
  'webkit2gtk-4.1': 'libwebkit2gtk-4.1-dev',
  'ayatana-appindicator3-0.1': 'libayatana-appindicator3-dev',
  'librsvg-2.0': 'librsvg2-dev',
} as const
const testPrograms = {
  WebKitWebDriver: 'webkit2gtk-driver',
  Xvfb: 'xvfb',
  'dbus-daemon': 'dbus',
  'dbus-monitor': 'dbus',
  gdbus: 'libglib2.0-bin',
} as const

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
}

function lackingPackages(): readonly string[] {
  if (process.platform !== 'linux') return []
  if (!isThere('pkg-config')) return ['build-essential', 'pkg-config', ...Object.values(libraries)]
  const names = Object.entries(libraries)
    .filter(([library]) => !succeeds('pkg-config', ['--exists', library]))
    .map(([, name]) => name)
  if (!values.test) return names
  const programs = Object.entries(testPrograms)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name)
  return [...new Set([...names, ...programs])]
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

function cargo(...args: readonly string[]): void {
  const { status } = spawnSync('cargo', args, { cwd: folder, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (!isThere('cargo'))
  fail('The desktop shell takes Rust, 1.90 or later: https://rustup.rs installs it.')
const lacking = lackingPackages()
if (lacking.length > 0)
  fail(
    `This machine lacks what the desktop shell is built with:\n  apt-get install ${lacking.join(' ')}`,
  )
cargo('build', '--locked', ...(values.debug ? [] : ['--release']))
if (values.test) {
  cargo('test', '--locked', '--quiet', ...(values.debug ? [] : ['--release']))
  cargo('install', driver, '--locked', '--quiet', '--root', 'target/tools')
}
