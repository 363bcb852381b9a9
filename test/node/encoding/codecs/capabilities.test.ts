import { readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import { measureAndKeep, measuredCapabilities } from '#node/benchmark/measure-and-keep.ts'
import { measureCapabilities } from '#node/encoding/codecs/capabilities.ts'
import { createKeptCapabilities } from '#node/encoding/codecs/kept-capabilities.ts'
import { framesPerSecond } from '#node/encoding/codecs/time-trial.ts'
import type { Ffmpeg } from '#node/encoding/ffmpeg-process.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { findCandidates } from '#node/encoding/hardware/device-candidates.ts'
import type { DeviceReport } from '#node/encoding/hardware/hardware-survey.ts'
import { EncoderCapability } from '#protocol/encoder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'
import { aRendition } from '#test/support/clip.ts'
import { fakeFfmpeg } from '#test/support/fake-ffmpeg.ts'
import { fakeMachine } from '#test/support/fake-machine.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

let tools: FfmpegTools
beforeAll(async () => {
  tools = await openTools()
})

const contract = { class: encoderProfile.class, pixelsPerSecond: 160 * 90 * 30 * 4 }
const engine = {
  ...{ pixelsPerSecond: contract.pixelsPerSecond, workers: 2 },
  prove: async (recipe: Recipe) =>
    recipe === 'vp9-fmp4-3'
      ? Promise.reject(new MarketError('unsupported-here', 'No VP9 here.'))
      : { ...contract, class: { ...contract.class, cid: cid(recipe) } },
}
const now = () => performance.now()

async function provenReports(): Promise<readonly DeviceReport[]> {
  const candidates = await findCandidates(await fakeMachine({ amd: ['renderD128', 'renderD129'] }))
  return candidates.map((candidate) => {
    const { identity: _identity, mayOpen: _mayOpen, ...device } = candidate
    return { candidate, outcome: { isProven: true, device, renditions: [aRendition()] } }
  })
}

test('what encodes is measured by encoding, hardware first, each codec once, and kept for the node', async () => {
  const fake = await fakeFfmpeg([])
  const directory = await makeFolder()
  const capabilities = await measureAndKeep(
    { tools: fake.tools, engine, reports: await provenReports(), now, directory },
    { signal: untroubled, budgetMs: 20_000, rendition: aRendition() },
  )
  expect(await measuredCapabilities(fake.tools, directory)).toEqual(capabilities)
  for (const capability of capabilities)
    expect(EncoderCapability.parse(capability)).toEqual(capability)
  expect(capabilities.slice(0, 2)).toMatchObject([
    { codec: 'h264', encoder: 'h264_vaapi', hwAccel: 'vaapi', maxResolution: '90p' },
    { codec: 'h264', encoder: 'libx264', hwAccel: 'none', maxResolution: '90p', speed: 8_000 },
  ])
  expect(capabilities.slice(2)).toMatchObject(
    (['h265-fmp4-3', 'av1-fmp4-3'] as const).map((recipe) => ({
      ...{ codec: recipes[recipe].codec, encoder: recipes[recipe].encoder, hwAccel: 'none' },
      proof: { recipe, class: cid(recipe) },
    })),
  )
})

test('a device that fails at the measuring is left out', async () => {
  const log = ['Failed to end picture encode issue: 1 (operation failed).']
  const fake = await fakeFfmpeg([{ encoder: 'h264_vaapi', act: { type: 'fail', log, code: 1 } }])
  const capabilities = await measureCapabilities(
    { tools: fake.tools, engine, reports: await provenReports(), now },
    { signal: untroubled, budgetMs: 20_000, rendition: aRendition(), others: [] },
  )
  expect(capabilities.map(({ hwAccel }) => hwAccel)).not.toContain('vaapi')
  expect(capabilities[0]).toMatchObject({ encoder: 'libx264' })
})

const endless = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=25', '-f', 'null', '-']

test('an encoder that does not finish is judged by what it has done, and ended', async () => {
  const budget = new AbortController()
  const ffmpeg: Ffmpeg = {
    run: ({ onProgress, ...run }) =>
      tools.ffmpeg.run({
        ...run,
        onProgress: (progress) => {
          onProgress?.(progress)
          if (progress.frames > 0) budget.abort()
        },
      }),
  }
  const run = { args: endless, directory: await makeFolder(), signal: untroubled }
  expect(await framesPerSecond({ ffmpeg, now }, { ...run, budget: budget.signal })).toBeGreaterThan(
    0,
  )
})

test('an encoder that has done nothing within its budget has no speed', async () => {
  const budget = new AbortController()
  const run = { args: endless, directory: await makeFolder(), signal: untroubled }
  const trial = framesPerSecond({ ffmpeg: tools.ffmpeg, now }, { ...run, budget: budget.signal })
  budget.abort()
  expect(await trial).toBe(0)
})

test('an abort by the owner is told as such', async () => {
  const controller = new AbortController()
  const run = { args: endless, directory: await makeFolder(), budget: untroubled }
  const trial = framesPerSecond(
    { ffmpeg: tools.ffmpeg, now },
    { ...run, signal: controller.signal },
  )
  controller.abort(new Error('enough'))
  await expect(trial).rejects.toThrow('enough')
})

test('what was measured holds until FFmpeg is another', async () => {
  const folder = await makeFolder()
  const ffmpeg = path.join(folder, 'ffmpeg')
  const file = path.join(folder, 'capabilities.json')
  await writeFile(ffmpeg, 'program')
  const open = () => createKeptCapabilities({ binaries: { ffmpeg, version: '5.1.9' } }, { file })
  expect(await open().read()).toBeNull()
  const capability = EncoderCapability.parse({
    ...{ codec: 'av1', encoder: 'libsvtav1', hwAccel: 'none' },
    ...{ maxResolution: '1080p', speed: 640 },
  })
  await open().write([capability])
  expect(await open().read()).toEqual([capability])
  await writeFile(file, (await readFile(file, 'utf8')).slice(1))
  expect(await open().read()).toBeNull()
  await open().write([capability])
  await utimes(ffmpeg, 1, 1)
  expect(await open().read()).toBeNull()
})
