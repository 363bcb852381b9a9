import { access, constants, readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { HardwareDevice } from './hardware-device.ts'
import { cascadeOrder } from './hardware-device.ts'

/** A device that may encode, and what it is: when the identity changes, what was found out about it no longer counts. */
export type DeviceCandidate = HardwareDevice & {
  /** Chip, driver and kernel, as the system names them. */
  readonly identity: string
  /** False where this user may not open the device, so that nothing needs to be tried. */
  readonly mayOpen: boolean
}

export type CandidateSearch = {
  readonly platform: NodeJS.Platform
  /** The kernel's release: its part of a driver comes with it. */
  readonly kernel: string
  /** Where the file system begins: `/`, or a copy of what matters of it. */
  readonly root: string
}

/** Render nodes' vendors, by PCI number. */
const vendors = { intel: '0x8086', nvidia: '0x10de' } as const

/**
 * Devices that could encode, in the order of the cascade. Nothing is concluded from the name of an encoder in a build,
 * or from a tool that is installed: a candidate has yet to prove itself.
 */
export async function findCandidates(search: CandidateSearch): Promise<readonly DeviceCandidate[]> {
  const found = await candidatesOf(search)
  return found.toSorted((a, b) => cascadeOrder.indexOf(a.encoder) - cascadeOrder.indexOf(b.encoder))
}

async function candidatesOf(search: CandidateSearch): Promise<readonly DeviceCandidate[]> {
  const { platform, kernel } = search
  if (platform === 'linux') return [...(await nvidiaGpus(search)), ...(await renderNodes(search))]
  if (platform === 'win32') return await windowsDevices(search)
  if (platform !== 'darwin') return []
  return [
    {
      ...{ encoder: 'h264_videotoolbox', device: '', isLowPower: false },
      ...{ identity: kernel, mayOpen: true },
    },
  ]
}

/**
 * One candidate for each device file. The driver numbers them as FFmpeg's `-gpu` does, save where the user has reordered
 * them, so every one is identified by all of them. Under Windows' Linux there is one file for all, and one is tried.
 */
async function nvidiaGpus({ root, kernel }: CandidateSearch): Promise<readonly DeviceCandidate[]> {
  const files = await namesIn(path.join(root, 'dev'))
  const gpus = files.filter((name) => /^nvidia\d+$/.test(name))
  const isPassedOn =
    gpus.length === 0 && files.includes('dxg') && (await isThere(path.join(root, wslDriver)))
  const driver = await textOf(path.join(root, 'proc/driver/nvidia/version'))
  const cards = await namesIn(path.join(root, 'proc/driver/nvidia/gpus'))
  const models = await Promise.all(
    cards.map((card) => textOf(path.join(root, 'proc/driver/nvidia/gpus', card, 'information'))),
  )
  const library = isPassedOn ? await stampOf(path.join(root, wslDriver)) : ''
  const identity = [kernel, driver, ...cards, ...models, library].join('|')
  const names = isPassedOn ? ['dxg'] : gpus
  return await Promise.all(
    names.map(async (name) => ({
      encoder: 'h264_nvenc' as const,
      device: isPassedOn ? '0' : name.slice('nvidia'.length),
      isLowPower: false,
      identity,
      mayOpen: await mayOpen(path.join(root, 'dev', name)),
    })),
  )
}

const wslDriver = 'usr/lib/wsl/lib/libnvidia-encode.so.1'

/** Render nodes encode by VAAPI, Intel's by QSV as well. NVIDIA's have no encoder behind VAAPI. */
async function renderNodes(search: CandidateSearch): Promise<readonly DeviceCandidate[]> {
  const { root, kernel } = search
  const nodes = (await namesIn(path.join(root, 'dev/dri'))).filter((name) =>
    name.startsWith('renderD'),
  )
  const drivers = await userDrivers(root)
  const found = await Promise.all(
    nodes.map(async (name): Promise<readonly DeviceCandidate[]> => {
      const folder = path.join(root, 'sys/class/drm', name, 'device')
      const vendor = (await textOf(path.join(folder, 'vendor'))).trim()
      if (vendor === vendors.nvidia) return []
      const device = `/dev/dri/${name}`
      const uevent = await textOf(path.join(folder, 'uevent'))
      const common = {
        device,
        isLowPower: false,
        identity: [kernel, vendor, uevent, ...drivers].join('|'),
        mayOpen: await mayOpen(path.join(root, device)),
      }
      const qsv: DeviceCandidate = { encoder: 'h264_qsv', ...common }
      return [{ encoder: 'h264_vaapi', ...common }, ...(vendor === vendors.intel ? [qsv] : [])]
    }),
  )
  return found.flat()
}

/** Where distributions keep the drivers of VA-API. */
const driverFolders = [
  'usr/lib/x86_64-linux-gnu/dri',
  'usr/lib/aarch64-linux-gnu/dri',
  'usr/lib64/dri',
  'usr/lib/dri',
]

async function userDrivers(root: string): Promise<readonly string[]> {
  const stamps = await Promise.all(
    driverFolders.map(async (folder) => {
      const names = await namesIn(path.join(root, folder))
      const drivers = names.filter((name) => name.endsWith('_drv_video.so'))
      return await Promise.all(drivers.map((name) => stampOf(path.join(root, folder, name))))
    }),
  )
  return stamps.flat()
}

/** A vendor's library says that its driver is installed, and changes with it; Intel's lies elsewhere in each version. */
async function windowsDevices({
  root,
  kernel,
}: CandidateSearch): Promise<readonly DeviceCandidate[]> {
  const libraries = [
    { encoder: 'h264_nvenc', device: '0', file: 'nvEncodeAPI64.dll', isRequired: true },
    { encoder: 'h264_qsv', device: '', file: 'libmfxhw64.dll', isRequired: false },
    { encoder: 'h264_amf', device: '', file: 'amfrt64.dll', isRequired: true },
  ] as const
  const found = await Promise.all(
    libraries.map(async ({ encoder, device, file, isRequired }) => {
      const library = path.join(root, 'Windows/System32', file)
      if (isRequired && !(await isThere(library))) return []
      const identity = [kernel, await stampOf(library)].join('|')
      return [{ encoder, device, isLowPower: false, identity, mayOpen: true }]
    }),
  )
  return found.flat()
}

/** In the order of their numbers; none where the folder is missing or hidden. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  return names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '')
}

async function stampOf(file: string): Promise<string> {
  return await stat(file).then(
    ({ size, mtimeMs }) => `${path.basename(file)} ${size} ${mtimeMs}`,
    () => '',
  )
}

async function isThere(file: string): Promise<boolean> {
  return (await stampOf(file)) !== ''
}

async function mayOpen(file: string): Promise<boolean> {
  return await access(file, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}
