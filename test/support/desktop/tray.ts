import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { childEnvironment } from '#node/config.ts'
import type { Desktop } from './desktop.ts'

const run = promisify(execFile)

/** The menu of the shell's tray icon, as a desktop reads and clicks it over the bus. */
export type Tray = {
  /** Every item that can be seen: its text, `[x]` before it where it is checked, `(off)` behind it where it cannot be chosen. */
  items(): Promise<readonly string[]>
  click(label: string): Promise<void>
}

const menuPath = '/org/ayatana/NotificationItem/tray_icon_tray_app_main/Menu'
const item = /<\((\d+), \{([^}]*)\}/g

export function openTray({ environment }: Desktop): Tray {
  const gdbus = async (...args: readonly string[]): Promise<string> => {
    const env = childEnvironment(environment)
    return (await run('gdbus', ['call', '--session', '--timeout', '5', ...args], { env })).stdout
  }
  const names = async (): Promise<readonly string[]> => {
    const bus = 'org.freedesktop.DBus'
    const listed = await gdbus(
      ...['--dest', bus, '--object-path', '/org/freedesktop/DBus', '--method', `${bus}.ListNames`],
    )
    return listed.match(/:1\.\d+/g) ?? []
  }
  const ask = (name: string, method: string, ...args: readonly string[]): Promise<string> =>
    gdbus(
      ...['--dest', name, '--object-path', menuPath],
      ...['--method', `com.canonical.dbusmenu.${method}`, ...args],
    )
  const layout = async (): Promise<{ readonly name: string; readonly text: string }> => {
    const answers = (await names()).map(async (name) => ({
      name,
      text: await ask(name, 'GetLayout', '0', '--', '-1', '[]'),
    }))
    return await Promise.any(answers)
  }
  const rows = (text: string) =>
    [...text.matchAll(item)].map(([, id = '', facts = '']) => ({
      id,
      label: (/'label': <'([^']*)'>/.exec(facts)?.[1] ?? '').replaceAll('__', '_'),
      isChecked: facts.includes("'toggle-state': <1>"),
      isOff: facts.includes("'enabled': <false>"),
    }))
  return {
    items: async () =>
      rows((await layout()).text)
        .filter(({ label }) => label !== '')
        .map(
          ({ label, isChecked, isOff }) =>
            `${isChecked ? '[x] ' : ''}${label}${isOff ? ' (off)' : ''}`,
        ),
    click: async (wanted) => {
      const { name, text } = await layout()
      const row = rows(text).find(({ label }) => label === wanted)
      if (!row) throw new Error(`the tray has no item ${wanted}`)
      await ask(name, 'Event', row.id, 'clicked', '<0>', '0')
    },
  }
}
