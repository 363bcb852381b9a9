import { posix, win32 } from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { launchdPlist } from './launchd-plist.ts'
import type { ServiceSpec } from './service-spec.ts'
import { serviceName } from './service-spec.ts'
import { systemdUnit } from './systemd-unit.ts'
import { taskXml } from './task-xml.ts'

/** A file that starts a node at login, and what its user does with it. */
export type ServiceFile = {
  readonly path: string
  readonly text: string
  readonly encoding: 'utf8' | 'utf16le'
  /** Commands that start it now, tell how it does, and end it. */
  readonly start: readonly string[]
  readonly look: readonly string[]
  readonly stop: readonly string[]
}

export const servicePlatforms = ['linux', 'darwin', 'win32'] as const
export type ServicePlatform = (typeof servicePlatforms)[number]

/** The autostart file of a platform. Throws `option-invalid` for what no such file can carry. */
export function serviceFile(platform: ServicePlatform, spec: ServiceSpec): ServiceFile {
  requirePrintable(spec.command)
  return builders[platform](spec)
}

const builders: Readonly<Record<ServicePlatform, (spec: ServiceSpec) => ServiceFile>> = {
  linux: (spec) => {
    const unit = `${serviceName(spec.account)}.service`
    return {
      path: posix.join(spec.home, '.config', 'systemd', 'user', unit),
      text: systemdUnit(spec),
      encoding: 'utf8',
      start: [
        'systemctl --user daemon-reload',
        `systemctl --user enable --now ${unit}`,
        'loginctl enable-linger    (only to have it run while nobody is logged in)',
      ],
      look: [`systemctl --user status ${unit}`, `journalctl --user --unit ${unit} --follow`],
      stop: [`systemctl --user disable --now ${unit}`],
    }
  },
  darwin: (spec) => {
    const label = launchdLabel(spec.account)
    const path = posix.join(spec.home, 'Library', 'LaunchAgents', `${label}.plist`)
    return {
      path,
      text: launchdPlist(spec, label),
      encoding: 'utf8',
      start: [`launchctl bootstrap gui/$(id -u) ${shellWord(path)}`],
      look: [`launchctl print gui/$(id -u)/${label}`],
      stop: [`launchctl bootout gui/$(id -u)/${label}`],
    }
  },
  win32: (spec) => {
    const name = serviceName(spec.account)
    const path = win32.join(spec.home, 'AppData', 'Local', 'spk-encoder', `${name}.xml`)
    return {
      path,
      text: taskXml(spec),
      encoding: 'utf16le',
      start: [`schtasks /Create /TN "${name}" /XML "${path}" /F`, `schtasks /Run /TN "${name}"`],
      look: [`schtasks /Query /TN "${name}" /V /FO LIST`],
      stop: [`schtasks /End /TN "${name}"`, `schtasks /Delete /TN "${name}" /F`],
    }
  },
}

/** As shells of macOS take it, whatever is in it. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function launchdLabel(account: HiveAccount): string {
  return `network.spk.encoder.${account}`
}

/** A private key of Hive as its owner knows it. */
const privateKey = /5[HJK][1-9A-HJ-NP-Za-km-z]{49}/

function requirePrintable(command: ServiceSpec['command']): void {
  for (const argument of command) {
    if (privateKey.test(argument))
      throw new MarketError(
        'option-invalid',
        'A private key is no option: spk-encoder keys import puts it into the keystore.',
      )
    if (hasControl(argument))
      throw new MarketError(
        'option-invalid',
        'An option cannot have line breaks or the like in it.',
      )
  }
}

function hasControl(text: string): boolean {
  return [...text].some((letter) => letter < ' ' || letter === '\u007f')
}
