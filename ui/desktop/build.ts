import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stageProgram } from './stage.ts'

/**
 * `npm run desktop:build` makes the desktop shell, optimised; with `--debug` for whoever works on it. `--bundle` makes in addition what
 * installs it, with the program and its own Node in it. `--test` makes in addition what its tests drive it with, and runs those of its
 * own. What the machine lacks is told before anything is compiled.
 */
const { values } = parseArgs({
  options: { debug: { type: 'boolean' }, bundle: { type: 'boolean' }, test: { type: 'boolean' } },
})
const folder = fileURLToPath(new URL('.', import.meta.url))
/** What an installer puts beside the shell, where the shell looks for it; see program.rs. */
const stage = path.join(folder, 'target', 'stage', 'spk-encoder')
/** Adds it to tauri.conf.json, which names nothing that only bundles need. */
const bundleConfig = path.join(folder, 'bundle.conf.json')
/** What bundles shells of Tauri 2; of the version that the shell is made with. */
const bundler = '@tauri-apps/cli@2.12.5'
/** Of what can be made on each system: AppImages are put together by programs from the network. */
const installers: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'deb',
  win32: 'nsis',
  darwin: 'app,dmg',
}
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

function run(program: string, ...args: readonly string[]): void {
  // npx is a script of the shell's on Windows.
  const shell = process.platform === 'win32' && program === 'npx'
  const { status } = spawnSync(program, args, { cwd: folder, stdio: 'inherit', shell })
  if (status !== 0) process.exit(status ?? 1)
}

function cargo(...args: readonly string[]): void {
  run('cargo', ...args)
}

function bundle(): void {
  const kinds = installers[process.platform]
  if (kinds === undefined) fail(`Nothing installs the desktop shell on ${process.platform} yet.`)
  const code = stageProgram(fileURLToPath(new URL('../../', import.meta.url)), stage)
  if (code !== 0) process.exit(code)
  const profile = values.debug ? ['--debug'] : []
  run('npx', '--yes', bundler, 'bundle', ...profile, '--bundles', kinds, '--config', bundleConfig)
}

if (!isThere('cargo'))
  fail('The desktop shell takes Rust, 1.90 or later: https://rustup.rs installs it.')
const lacking = lackingPackages()
if (lacking.length > 0)
  fail(
    `This machine lacks what the desktop shell is built with:\n  apt-get install ${lacking.join(' ')}`,
  )
cargo('build', '--locked', ...(values.debug ? [] : ['--release']))
if (values.bundle) bundle()
if (values.test) {
  cargo('test', '--locked', '--quiet', ...(values.debug ? [] : ['--release']))
  cargo('install', driver, '--locked', '--quiet', '--root', 'target/tools')
}
