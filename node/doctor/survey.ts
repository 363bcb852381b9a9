import path from 'node:path'
import { openRecipe } from '../encoding/engine.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { deviceName } from '../encoding/hardware/hardware-device.ts'
import { thisMachine } from '../encoding/hardware/hardware-engine.ts'
import type { DeviceReport } from '../encoding/hardware/hardware-survey.ts'
import { surveyHardware } from '../encoding/hardware/hardware-survey.ts'
import { createProvenDevices } from '../encoding/hardware/proven-devices.ts'
import type { HardwareFinding } from '../encoding/hardware-report.ts'

/** Asks every device of this machine to run the production graph, as a node does at its start. */
export async function surveyDevices(
  tools: FfmpegTools,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<readonly HardwareFinding[]> {
  const { encoder } = await openRecipe(tools, signal)
  const proven = createProvenDevices(tools, { file: path.join(directory, 'hardware.json') })
  const reports = await surveyHardware({ encoder, proven }, { search: thisMachine, signal })
  return reports.map(findingOf)
}

function findingOf({ candidate, outcome }: DeviceReport): HardwareFinding {
  const { encoder } = candidate
  const device = deviceName(candidate)
  if (!outcome.isProven) {
    const { reason, evidence, fix } = outcome.failure
    return { device, encoder, ok: false, reason: `${reason} (${evidence})`, fix }
  }
  const sizes = outcome.renditions.map(({ name }) => name).join(', ')
  return { device, encoder, ok: true, reason: `encodes ${sizes}`, fix: null }
}
