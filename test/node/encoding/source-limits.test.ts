import path from 'node:path'
import { expect, test } from 'vitest'
import { openAnalysis } from '#test/support/analysis.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

test('a file of too many bytes is refused before it is read', async () => {
  const tools = await openTools()
  const file = path.join(await makeFolder(), 'large.mkv')
  await ffmpeg(tools, '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=10:duration=1', file)
  const limits = { seconds: 60, pixels: 2 ** 20 }
  const refusing = await openAnalysis(tools, { ...limits, bytes: 100 })
  await expect(refusing(file, untroubled)).rejects.toMatchObject({ code: 'input-too-large' })
  const taking = await openAnalysis(tools, limits)
  expect((await taking(file, untroubled)).profile.frames).toBe(10)
})
