import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '#node/config.ts'
import { makeFolder } from '../ffmpeg.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const target = path.join(checkout, 'ui/desktop/target')
export const shellFile = path.join(target, 'debug/spk-encoder-desktop')

/** A user's desktop of its own: a screen that nobody sees, a session bus, and a home that is thrown away. */
export type Desktop = AsyncDisposable & {
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  /** What the bus carries for notifications: the texts that were shown, in their order. */
  readonly notices: readonly string[]
}

export async function aDesktop(): Promise<Desktop> {
  await using starting = new AsyncDisposableStack()
  const home = await makeFolder()
  const runtime = path.join(home, 'runtime')
  await mkdir(runtime, { mode: 0o700 })
  const folders = {
    ...{ HOME: home, XDG_RUNTIME_DIR: runtime },
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, 'data'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
  }
  const screen = ['-screen', '0', '1280x900x24', '-nolisten', 'tcp']
  const display = starting.use(start('Xvfb', ['-displayfd', '1', ...screen], folders))
  const bus = starting.use(
    start('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=1'], folders),
  )
  const [number, address] = await Promise.all([display.firstLine, bus.firstLine])
  const environment = {
    ...folders,
    ...{ DISPLAY: `:${number}`, DBUS_SESSION_BUS_ADDRESS: address, GDK_BACKEND: 'x11' },
    // Drawn by the processor: such a screen has no graphics device.
    ...{ LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_DMABUF_RENDERER: '1' },
    ...{ SPK_ENCODER: checkout, SPK_DATA: path.join(home, 'nodes') },
  }
  const notices: string[] = []
  const watch = "type='method_call',interface='org.freedesktop.Notifications',member='Notify'"
  const monitor = starting.use(
    start('dbus-monitor', [watch], environment, (line) => notices.push(line)),
  )
  await monitor.firstLine
  const stack = starting.move()
  return { home, environment, notices, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

export type Program = AsyncDisposable & {
  readonly process: ChildProcess
  readonly firstLine: Promise<string>
  readonly exited: Promise<number | null>
}

/** A program of the desktop's; disposing ends it. */
export function start(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void = () => undefined,
): Program {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: childEnvironment(environment),
  })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', onLine)
  const firstLine = once(lines, 'line').then(([line]) => String(line))
  firstLine.catch(() => undefined)
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  return {
    process: child,
    firstLine,
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await exited
    },
  }
}

export const driverFile = path.join(target, 'tools/bin/tauri-driver')
