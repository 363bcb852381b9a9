import { expect } from 'vitest'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { gridSeconds, segmentCount, segmentStart } from '#protocol/grid.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { ffmpeg } from './ffmpeg.ts'
import type { Report } from './player.ts'
import { numbered } from './player.ts'

/**
 * Chromium takes what is appended in pieces of 128 KiB, and hls.js 1.7.4 mistakes two appends that end in one turn for
 * each other: where the first fragment of video has fewer than three pieces, it reports `bufferAppendNoProgress` for any
 * tree with separate sound, and plays on. Trees that are to be judged by their own faults are heavier.
 */
export const leastFirstBytes = 3 * 128 * 1024

export type NumberedClip = {
  readonly seconds: number
  readonly size?: string
  readonly rate?: string
  readonly isSilent?: true
  /** Arguments for libx264. */
  readonly coding?: readonly string[]
}

/** Makes a clip whose every picture bears its number, and has noise enough to make a segment heavy; with sound, if it is not to be silent. */
export async function numberedClip(
  tools: FfmpegTools,
  file: string,
  clip: NumberedClip,
): Promise<void> {
  const { seconds, size = '320x180', rate = '24', coding = ['-preset', 'ultrafast'] } = clip
  const picture = `testsrc2=size=${size}:rate=${rate}:duration=${seconds},noise=alls=60:allf=t,${numbered}`
  const sound = clip.isSilent ? [] : ['-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  const inputs = ['-f', 'lavfi', '-i', picture, ...sound]
  const plain = ['-pix_fmt', 'yuv420p', '-c:a', 'aac']
  await ffmpeg(tools, ...inputs, '-c:v', 'libx264', ...coding, ...plain, file)
}

/**
 * Played from its first picture to its last: nothing was complained of, nothing left out, nothing buffered apart, and whatever was
 * seen was the picture of its time, in each of the segments.
 */
export function expectSeamlessPlay(report: Report, { grid }: Pick<Manifest, 'grid'>): void {
  const { errors, jumps, duration, seen } = report
  expect({ errors, jumps }).toEqual({ errors: [], jumps: [] })
  expect(report.seconds).toBe(duration)
  // Chromium tells a length in whole microseconds.
  expect(duration).toBeGreaterThan(gridSeconds(grid) - 2e-6)
  expect(duration).toBeLessThan(gridSeconds(grid) + 0.05)
  expect(report.stretches).toBe(1)
  const [[from, to] = [Number.NaN, Number.NaN]] = report.buffered
  expect(from).toBeLessThan(0.01)
  expect(to).toBe(duration)
  // None is missing; what hls.js loads again, in another rendition, is decoded again where it was before.
  expect(report.pictures).toBeGreaterThanOrEqual(grid.frames)
  expect(seen.filter(([wanted, shown]) => wanted !== shown)).toEqual([])
  for (let segment = 0; segment < segmentCount(grid); segment += 1) {
    const [start, end] = [segmentStart(grid, segment), segmentStart(grid, segment + 1)]
    expect(seen.some(([wanted]) => wanted >= start && wanted < end)).toBe(true)
  }
}
