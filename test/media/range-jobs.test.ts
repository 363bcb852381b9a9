import { beforeAll, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { RangeTree } from '#market/ports/processing.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { PartRange } from '#protocol/grid.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { alice, bob, jobId } from '#test/support/builders.ts'
import { requestFor } from '#test/support/clip.ts'
import type { EncodingNode } from '#test/support/encoding-node.ts'
import { openEncodingNode } from '#test/support/encoding-node.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { makeShortClip } from '#test/support/short-clip.ts'

let tools: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
/** One encoder's delivery of the whole, and what several bring together. */
let whole: JobDeliver

/** Eight seconds in four parts. */
beforeAll(async () => {
  tools = await openTools()
  engine = await createEncodingEngine(
    { tools },
    { directory: await makeFolder(), signal: untroubled, workers: 2 },
  )
  const size = { width: 160, height: 90, rate: '12', seconds: 8 }
  const clip = await makeShortClip(tools, { name: 'long.mp4', ...size })
  request = await requestFor(engine, clip)
  await using node = await openEncodingNode(engine, tools)
  whole = await encode(node, await node.offer(request))
})

function encode({ processor }: EncodingNode, offer: JobOffer): Promise<JobDeliver> {
  return processor.process(offer, alice, { signal: untroubled, onProgress: () => undefined })
}

/** The offer of a range; the first has the sound. */
function rangeOffer(offer: JobOffer, range: PartRange): JobOffer {
  const { audioStream: _, ...silent } = offer.source
  return {
    ...offer,
    job: jobId('alice', 100 + range.first),
    source: range.first === 0 ? offer.source : silent,
    grid: { ...offer.grid, range },
    whole: offer.job,
  }
}

test('several encoders make of a video in ranges the tree that one makes of the whole, extras and all', async () => {
  await using node = await openEncodingNode(engine, tools)
  const offer = await node.offer(request)
  const trees: RangeTree[] = []
  for (const range of [
    { first: 0, parts: 1 },
    { first: 1, parts: 2 },
    { first: 3, parts: 1 },
  ]) {
    const { root, manifest } = await encode(node, rangeOffer(offer, range))
    trees.push({ root, manifest, encoder: bob })
  }
  const terms = { ...request.terms, source: offer.source }
  const merging = { id: offer.job, terms, class: engine.class.cid }
  const merged = await node.merger.merge(merging, trees.toReversed(), { signal: untroubled })
  expect(merged).toEqual({ root: whole.root, manifest: whole.manifest })
  expect(node.trees.rootOf(offer.job)).toBe(whole.root)
  const missing = node.merger.merge(merging, trees.slice(1), { signal: untroubled })
  await expect(missing).rejects.toMatchObject({ code: 'ranges-differ' })
})
