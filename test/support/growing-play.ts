import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { gridSeconds, partCount } from '#protocol/grid.ts'
import { alice } from './builders.ts'
import { openEncodingNode } from './encoding-node.ts'
import { untroubled } from './ffmpeg.ts'
import { gatedEngine } from './gated-engine.ts'
import { expectSeamlessPlay } from './numbered-clip.ts'
import { startPlaying, switchEveryFragment } from './player.ts'

const patience = { timeout: 60_000, interval: 20 }

/**
 * Plays a job in Chromium while it is being encoded, another rendition with every fragment: its last part is begun only when the
 * player has come past the first second, and the playlist that it began with has turned from EVENT to VOD by the end.
 */
export async function expectToPlayWhileItGrows(
  browser: Browser,
  { engine, tools }: { readonly engine: EncodingEngine; readonly tools: FfmpegTools },
  request: EncodeRequest,
): Promise<void> {
  const { grid } = request.terms
  const gate = gatedEngine(engine, request)
  const last = partCount(grid) - 1
  await using node = await openEncodingNode(gate.engine, tools)
  const offer = await node.offer(request)
  const master = `${node.url}/jobs/${offer.job}/master.m3u8`
  const delivery = node.processor.process(offer, alice, {
    signal: untroubled,
    onProgress: () => undefined,
  })
  for (let part = 0; part < last; part += 1) gate.let(part)
  await expect.poll(() => node.read(`/jobs/${offer.job}/master.m3u8`), patience).not.toBeNull()
  await using playing = await startPlaying(browser, {
    ...{ master, arrange: switchEveryFragment(2) },
    ...{ rate: grid.rate.numerator / grid.rate.denominator },
    patienceMs: 120_000,
  })
  await expect.poll(() => playing.time(), patience).toBeGreaterThan(1)
  // A pause leaves even a busy machine the time to make what does not exist yet.
  await playing.pause()
  gate.let(last)
  await delivery
  await playing.resume()
  const report = await playing.report()
  expectSeamlessPlay(report, { grid })
  expect(report.duration).toBeCloseTo(gridSeconds(grid), 1)
  expect(new Set(report.levels).size).toBe(request.terms.ladder.length)
}
