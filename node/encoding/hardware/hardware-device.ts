import type { HardwareEncoder, HwAccel } from '#protocol/encoder.ts'

/** One way to encode in hardware on this machine: an interface of FFmpeg and the device it is to use. */
export type HardwareDevice = {
  readonly encoder: HardwareEncoder
  /** A render node (`/dev/dri/renderD128`), the number of an NVIDIA GPU (`0`), or empty where the system chooses. */
  readonly device: string
  /** Some Intel chips encode by their fixed-function path alone, which has to be asked for. */
  readonly isLowPower: boolean
}

/** In the order in which they are tried: by quality for their rate, then by how widely they are proven. */
export const cascadeOrder: readonly HardwareEncoder[] = [
  'h264_nvenc',
  'h264_vaapi',
  'h264_qsv',
  'h264_videotoolbox',
  'h264_amf',
]

const accelerations: Readonly<Record<HardwareEncoder, HwAccel>> = {
  h264_nvenc: 'nvenc',
  h264_vaapi: 'vaapi',
  h264_qsv: 'qsv',
  h264_videotoolbox: 'videotoolbox',
  h264_amf: 'amf',
}

export function hwAccelOf(encoder: HardwareEncoder): HwAccel {
  return accelerations[encoder]
}

/** Names a device in logs, caches and sets. Its two power modes are one device: they share its places. */
export function deviceName({
  encoder,
  device,
}: Pick<HardwareDevice, 'encoder' | 'device'>): string {
  return device === '' ? encoder : `${encoder} ${device}`
}
