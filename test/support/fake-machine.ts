import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CandidateSearch } from '#node/encoding/hardware/device-candidates.ts'
import { makeFolder } from './ffmpeg.ts'

export type FakeMachine = CandidateSearch & {
  /** Puts a file of the system there, or replaces it. */
  readonly put: (file: string, text: string) => Promise<void>
  /** A device file that is seen and cannot be opened, whoever tries. */
  readonly lock: (file: string) => Promise<void>
}

/** The part of a Linux file system in which GPUs show. */
export async function fakeMachine(gpus: {
  readonly nvidia?: number
  readonly intel?: readonly string[]
  readonly amd?: readonly string[]
}): Promise<FakeMachine> {
  const root = await makeFolder()
  const put = async (file: string, text: string): Promise<void> => {
    const target = path.join(root, file)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, text)
  }
  const lock = async (file: string): Promise<void> => {
    const target = path.join(root, file)
    await mkdir(path.dirname(target), { recursive: true })
    await symlink('/nowhere', target)
  }
  for (let gpu = 0; gpu < (gpus.nvidia ?? 0); gpu += 1) {
    await put(`dev/nvidia${gpu}`, '')
    await put(`proc/driver/nvidia/gpus/0000:0${gpu + 1}:00.0/information`, 'Model: RTX 3060')
    await put('proc/driver/nvidia/version', 'NVRM version: 550.54.14')
  }
  const addNode = async (node: string, vendor: string): Promise<void> => {
    await put(`dev/dri/${node}`, '')
    await put(`sys/class/drm/${node}/device/vendor`, `${vendor}\n`)
    await put(`sys/class/drm/${node}/device/uevent`, `DRIVER=some\nPCI_SLOT_NAME=${node}\n`)
  }
  for (const node of gpus.intel ?? []) await addNode(node, '0x8086')
  for (const node of gpus.amd ?? []) await addNode(node, '0x1002')
  return { platform: 'linux', kernel: '6.1.0', root, put, lock }
}
