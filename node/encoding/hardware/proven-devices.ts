import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '#protocol/canonical.ts'
import { HardwareEncoder } from '#protocol/encoder.ts'
import { Rendition } from '#protocol/ladder.ts'
import type { FfmpegBinaries } from '../ffmpeg-binaries.ts'
import type { DeviceCandidate } from './device-candidates.ts'
import type { ProbeOutcome } from './device-probe.ts'
import { deviceName } from './hardware-device.ts'

export type ProvenOutcome = Extract<ProbeOutcome, { isProven: true }>

/** What devices have shown, kept over restarts for as long as FFmpeg, driver and device stay what they were. */
export interface ProvenDevices {
  /** Null when it has to be proved anew. */
  recall(candidate: DeviceCandidate): Promise<ProvenOutcome | null>
  remember(candidate: DeviceCandidate, outcome: ProvenOutcome): Promise<void>
  /** After a failure at work nothing counts any more. */
  forget(device: Pick<DeviceCandidate, 'encoder' | 'device'>): Promise<void>
}

/** Raised whenever the commands or the rules change, so that devices prove themselves on what is run. */
const commandVersion = 1

const Entry = z.strictObject({
  fingerprint: z.string(),
  device: z.strictObject({
    encoder: HardwareEncoder,
    device: z.string(),
    isLowPower: z.boolean(),
  }),
  renditions: z.array(Rendition).min(1),
})
const Entries = z.record(z.string(), Entry)
type Entries = z.infer<typeof Entries>

/** Keeps it in one small file. A file that cannot be read, or was half written, knows nothing. */
export function createProvenDevices(
  { binaries }: { readonly binaries: Pick<FfmpegBinaries, 'ffmpeg' | 'version'> },
  { file }: { readonly file: string },
): ProvenDevices {
  let last: Promise<unknown> = Promise.resolve()
  /** One change at a time: devices may fail side by side. */
  const change = async (edit: (entries: Entries) => Entries): Promise<void> => {
    const next = last.then(async () => await writeEntries(file, edit(await readEntries(file))))
    last = next.catch(() => undefined)
    await next
  }
  return {
    recall: async (candidate) => {
      await last
      const { [deviceName(candidate)]: entry } = await readEntries(file)
      if (entry?.fingerprint !== (await fingerprintOf(binaries, candidate))) return null
      const { device, renditions } = entry
      return candidate.mayOpen ? { isProven: true, device, renditions } : null
    },
    remember: async (candidate, { device, renditions }) => {
      const fingerprint = await fingerprintOf(binaries, candidate)
      const entry = { fingerprint, device, renditions: [...renditions] }
      await change((entries) => ({ ...entries, [deviceName(device)]: entry }))
    },
    forget: async (device) => {
      const name = deviceName(device)
      await change((entries) =>
        Object.fromEntries(Object.entries(entries).filter(([known]) => known !== name)),
      )
    },
  }
}

async function fingerprintOf(
  { ffmpeg, version }: Pick<FfmpegBinaries, 'ffmpeg' | 'version'>,
  { identity }: DeviceCandidate,
): Promise<string> {
  const { size, mtimeMs } = await stat(ffmpeg)
  return [commandVersion, ffmpeg, size, mtimeMs, version, identity].join('|')
}

async function readEntries(file: string): Promise<Entries> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return Entries.parse(JSON.parse(text))
  } catch {
    return {}
  }
}

async function writeEntries(file: string, entries: Entries): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.unfinished`, canonicalJson(entries))
  await rename(`${file}.unfinished`, file)
}
