import { confinement } from './containers.ts'
import { tickSeconds } from './packet-line.ts'
import type { SourceLayout } from './source-layout.ts'
import type { VideoLayout } from './video-layout.ts'

/** Pixels of one stored picture: a little more than 8K. What is larger is refused, or fails when it comes mid-stream. */
export const mostStoredPixels = 8192 * 4608

/**
 * Opens a source at a second of the job's clock, or at its beginning.
 *
 * `-copyts` keeps the file's own times: each part then counts frames from the same zero, wherever it starts decoding.
 * `-seek_timestamp` makes `-ss` one of these times; `-noaccurate_seek` leaves the cutting to our own filters.
 * `+bitexact` keeps decoders from fast approximations that differ between processors. Turning is left to our own filters,
 * and filters are never built anew in mid-stream: a sound that changes its shape ends the process instead.
 */
export function inputArguments(source: SourceLayout, fromSecond: number): readonly string[] {
  return ['-reinit_filter', '0', ...openingArguments(source, fromSecond)]
}

/** The same, for filters that do not mind being built anew when the sound changes its shape. */
export function openingArguments(
  { path, demuxer, video }: SourceLayout,
  fromSecond: number,
): readonly string[] {
  const seek = tickSeconds(video.startPts, video.timeBase) + fromSecond
  return [
    ...['-copyts', '-noaccurate_seek'],
    ...(fromSecond > 0 ? ['-seek_timestamp', '1', '-ss', seek.toFixed(6)] : []),
    ...confinement(path, [demuxer]),
    ...(video.decoder === null ? [] : [`-c:${video.index}`, video.decoder]),
    ...[
      '-noautorotate',
      '-f',
      demuxer,
      '-max_pixels',
      String(mostStoredPixels),
      '-flags',
      '+bitexact',
    ],
    ...['-i', path],
  ]
}

/** Shifts a stream's times so that the job's zero is 0, exactly, whatever its time base. */
export function fromZero(video: VideoLayout, filter: 'setpts' | 'asetpts'): string {
  const { numerator, denominator } = video.timeBase
  return `${filter}=PTS-round((${video.startPts}*${numerator}/${denominator})/TB)`
}
