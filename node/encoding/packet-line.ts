import type { Ratio } from './probe-answer.ts'

/** Asks for one line per packet: stream, pts, dts, duration, bytes, flags. */
export const packetEntries = [
  '-show_entries',
  'packet=stream_index,pts,dts,duration,size,flags',
  '-of',
  'csv=p=0',
]

/** One packet of a stream, its times in units of the stream's time base; never without both. */
export type PacketLine = {
  readonly stream: number
  readonly pts: number | null
  readonly dts: number | null
  readonly duration: number
  readonly bytes: number
  readonly isKey: boolean
  /** The container says that it is not to be shown: it stands before the start of an edit list. */
  readonly isHidden: boolean
}

const pattern = /^(\d+),(-?\d+|N\/A),(-?\d+|N\/A),(\d+|N\/A),(\d+),([K_])([D_])/

/** Null for lines without a packet, and for packets without any time. */
export function parsePacketLine(line: string): PacketLine | null {
  const [, stream, pts, dts, duration, bytes, key, hidden] = pattern.exec(line) ?? []
  const times = { pts: ticksIn(pts), dts: ticksIn(dts) }
  if (stream === undefined || (times.pts === null && times.dts === null)) return null
  return {
    stream: Number(stream),
    ...times,
    duration: ticksIn(duration) ?? 0,
    bytes: Number(bytes),
    isKey: key === 'K',
    isHidden: hidden === 'D',
  }
}

function ticksIn(text: string | undefined): number | null {
  return text === undefined || text === 'N/A' ? null : Number(text)
}

export function tickSeconds(ticks: number, { numerator, denominator }: Ratio): number {
  return (ticks * numerator) / denominator
}
