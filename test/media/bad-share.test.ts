import { cp } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawLeaves } from '#contracts/challenge.ts'
import { leavesOf, tracksOf } from '#contracts/merkle.ts'
import { parametersAt } from '#contracts/parameters.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { segmentName } from '#node/encoding/playlist.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { hashHex, height, sha256 } from '#test/support/builders.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeTree, requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, openTools, untroubled as signal } from '#test/support/ffmpeg.ts'
import { checkFolder, ofAnotherClass } from '#test/support/folder-check.ts'
import type { ForgedTree } from '#test/support/forge-folder.ts'
import { copyOf, publish } from '#test/support/forge-folder.ts'

const { newcomerJobs, newcomerLeaves } = parametersAt(height(0)).challenge

/** Three of sixty leaves, a twentieth: one of each track. */
const bad = [
  { track: '90p', segment: 7 },
  { track: '72p', segment: 12 },
  { track: 'audio', segment: 16 },
] as const

let tools: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
let tree: ForgedTree

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal, workers: 2 })
  const clip = path.join(folder, 'clip.mp4')
  await makeSampleClip(tools, clip, { signal, width: 160, height: 90, rate: '12', seconds: 20 })
  const other = path.join(folder, 'other.mkv')
  const sound = ['-af', 'aeval=0.3*sin(880*t)|0.3*sin(880*t)', '-c:a', 'flac']
  await ffmpeg(tools, '-i', clip, '-vf', 'hflip', '-preset', 'ultrafast', ...sound, other)
  request = await requestFor(engine, clip)
  tree = await mixed(
    await encodeTree(engine, request),
    await encodeTree(engine, { ...request, source: other }),
  )
})

/** An honest tree in which the bad leaves are those of another. */
async function mixed(honest: Tree, other: Tree): Promise<ForgedTree> {
  const forged = await copyOf(honest)
  const [own, others] = [tracksOf(forged.manifest), tracksOf(other.manifest)]
  for (const { track, segment } of bad) {
    const place = path.join(track, segmentName(segment, 'mpegts'))
    await cp(path.join(other.folder, place), path.join(forged.folder, place))
    const of = (tracks: typeof own) => tracks.find(({ name }) => name === track)?.segments[segment]
    Object.assign(of(own) ?? {}, of(others))
  }
  await publish(forged)
  return forged
}

/** Every leaf checked once: which of them are at fault. */
async function faultyLeaves(own: EncodingEngine): Promise<ReadonlySet<number>> {
  const { folder, source } = { folder: tree.folder, source: request.source }
  const leaves = Number.POSITIVE_INFINITY
  const { findings } = await checkFolder({ engine: own, tools }, { folder, source, leaves })
  const all = leavesOf(tree.manifest)
  expect(findings).toHaveLength(all.length)
  const faulty = findings.filter(({ faults }) => faults.length > 0)
  return new Set(
    faulty.map(({ rendition, segment }) =>
      all.findIndex((leaf) => leaf.rendition === rendition && leaf.index === segment),
    ),
  )
}

/** Of many newcomers who deliver such a tree in each of their first jobs, how many a challenge catches in one of them. */
function shareCaught(faulty: ReadonlySet<number>): number {
  let start = 0
  const strata = tracksOf(tree.manifest).map(({ segments: { length } }) => {
    start += length
    return { start: start - length, length }
  })
  const encoders = 2_000
  let caught = 0
  for (let encoder = 0; encoder < encoders; encoder += 1) {
    const isCaught = Array.from({ length: newcomerJobs }, (_, job) =>
      drawLeaves(hashHex(`encoder ${encoder}, job ${job}`), strata, newcomerLeaves, sha256),
    ).some((drawn) => drawn.some((leaf) => faulty.has(leaf)))
    if (isCaught) caught += 1
  }
  return caught / encoders
}

function leafOf(track: string, segment: number): number {
  return leavesOf(tree.manifest).findIndex(
    ({ rendition, index }) => rendition === track && index === segment,
  )
}

describe.each(['exact', 'perceptual'] as const)('by the %s tier', (tier) => {
  test('one leaf of twenty that is bad is found, and who delivers such trees is caught with 99 %', async () => {
    const faulty = await faultyLeaves(tier === 'exact' ? engine : ofAnotherClass(engine))
    const expected = new Set(bad.map(({ track, segment }) => leafOf(track, segment)))
    expect(expected.size / leavesOf(tree.manifest).length).toBe(0.05)
    // Sound is measured as it is heard: the beginning of what follows the bad segment still has some of it.
    const heard = tier === 'exact' ? [] : [leafOf('audio', 17)]
    expect([...expected.difference(faulty)]).toEqual([])
    expect([...faulty.difference(new Set([...expected, ...heard]))]).toEqual([])
    expect(shareCaught(expected)).toBeGreaterThanOrEqual(0.99)
  })
})
