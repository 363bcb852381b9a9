import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { clockRate } from '#node/encoding/segment-clock.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { framesInSegment, segmentCount, segmentStart } from '#protocol/grid.ts'
import type { Packet } from './ffmpeg.ts'
import { ffmpeg, makeFolder } from './ffmpeg.ts'

/** Every frame in its place, decoding ahead of showing by one measure throughout, key frames at segments and nowhere else. */
export function expectSteadyPictures(
  packets: readonly Packet[],
  { grid }: { readonly grid: FrameGrid },
): void {
  const { numerator, denominator } = grid.rate
  const ticks = (clockRate * denominator) / numerator
  const shown = packets.toSorted((a, b) => a.pts - b.pts)
  expect(shown).toHaveLength(grid.frames)
  const [first] = shown
  for (const [frame, { pts }] of shown.entries())
    expect(Math.abs(pts - (first?.pts ?? 0) - frame * ticks)).toBeLessThanOrEqual(1)
  const starts = Array.from({ length: segmentCount(grid) }, (_, index) => segmentStart(grid, index))
  expect(shown.flatMap(({ isKey }, frame) => (isKey ? [frame] : []))).toEqual(starts)
  // The first few decoding times of a tree are squeezed together, so that it begins with its first picture.
  const settled = packets.slice(framesInSegment(grid, 0))
  for (const [index, { dts }] of settled.entries()) {
    const previous = settled[index - 1]
    if (previous) expect(Math.abs(dts - previous.dts - ticks)).toBeLessThanOrEqual(1)
  }
}

/** Pictures before and behind a seam that are looked at. */
const reach = 3

/**
 * The pictures around seams, which are given by the frame behind each, are nowhere less like the source than the least of all
 * others is, but for a hundredth.
 */
export async function expectLikenessAt(
  seams: readonly number[],
  tools: FfmpegTools,
  source: string,
  playlist: string,
): Promise<void> {
  const likeness = await likenessTo(tools, source, playlist)
  const isNear = (frame: number): boolean =>
    seams.some((seam) => frame >= seam - reach && frame < seam + reach)
  const near = likeness.filter((_, frame) => isNear(frame))
  const others = likeness.filter((_, frame) => !isNear(frame))
  expect(near).toHaveLength(2 * reach * seams.length)
  expect(Math.min(...near)).toBeGreaterThan(Math.min(...others) - 0.01)
}

/** SSIM of the luma of every picture of a playlist to the source's picture in the same place, brought to the same size. */
async function likenessTo(
  tools: FfmpegTools,
  source: string,
  playlist: string,
): Promise<readonly number[]> {
  const statistics = path.join(await makeFolder(), 'ssim.txt')
  const inPlace = 'settb=1/25,setpts=N'
  const graph = [
    `[0:v]${inPlace},split[made][size]`,
    `[1:v]${inPlace}[source]`,
    '[source][size]scale2ref=flags=bicubic+accurate_rnd[wanted][unused]',
    '[unused]nullsink',
    `[made][wanted]ssim=stats_file=${statistics}`,
  ]
  await ffmpeg(tools, '-i', playlist, '-i', source, '-lavfi', graph.join(';'), '-f', 'null', '-')
  const text = await readFile(statistics, 'utf8')
  return [...text.matchAll(/ Y:([\d.]+)/g)].map(([, likeness]) => Number(likeness))
}
