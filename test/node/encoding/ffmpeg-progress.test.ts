import { expect, test } from 'vitest'
import type { FfmpegProgress } from '#node/encoding/ffmpeg-progress.ts'
import { createProgressReader } from '#node/encoding/ffmpeg-progress.ts'

function read(...lines: readonly string[]): readonly FfmpegProgress[] {
  const reports: FfmpegProgress[] = []
  lines.forEach(createProgressReader((progress) => reports.push(progress)))
  return reports
}

test('a report is made of each block, at its last line', () => {
  const block = ['frame=48', 'fps=0.00', 'out_time_ms=2500000', 'out_time=00:00:02.500000']
  expect(read(...block, 'progress=continue', 'frame=96', 'progress=end')).toEqual([
    { frames: 48, seconds: 2.5 },
    { frames: 96, seconds: 2.5 },
  ])
})

test('hours count, and a time that is negative or unknown does not', () => {
  const [first, second] = read(
    'out_time=01:02:03.250000',
    'progress=continue',
    'out_time=-577014:32:22.770000',
    'out_time=N/A',
    'progress=end',
  )
  expect(first?.seconds).toBe(3723.25)
  expect(second?.seconds).toBe(3723.25)
})

test('a sound without pictures reports no frames', () => {
  expect(read('out_time=00:00:01.000000', 'progress=end')).toEqual([{ frames: 0, seconds: 1 }])
})
