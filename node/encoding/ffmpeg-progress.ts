/** What FFmpeg says of itself twice a second. */
export type FfmpegProgress = {
  /** Frames given to the first video output. */
  readonly frames: number
  /** Seconds of the output written so far. */
  readonly seconds: number
}

/**
 * Reads `-progress` line by line; each block ends with its `progress=` line. Of the three spellings of the time,
 * only `out_time` is in every build and means what its name says: `out_time_ms` counts microseconds.
 */
export function createProgressReader(
  onProgress: (progress: FfmpegProgress) => void,
): (line: string) => void {
  let frames = 0
  let seconds = 0
  return (line) => {
    const [key = '', value = ''] = line.split('=', 2)
    if (key === 'frame' && /^\s*\d+\s*$/.test(value)) frames = Number(value)
    if (key === 'out_time') seconds = clockSeconds(value) ?? seconds
    if (key === 'progress') onProgress({ frames, seconds })
  }
}

/** Seconds of `01:02:03.500000`; null for a negative time, or one not known yet. */
function clockSeconds(text: string): number | null {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d\.\d+)$/.exec(text.trim()) ?? []
  if (seconds === undefined) return null
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
