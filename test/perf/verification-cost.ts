import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { parametersAt } from '#contracts/parameters.ts'
import { buildLadder } from '#market/domain/ladder.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import { checkLeaves } from '#node/verification/challenge-check.ts'
import { strictColours } from '#node/verification/colour-tolerance.ts'
import type { Tier } from '#node/verification/leaf.ts'
import { openLocalTree } from '#node/verification/local-tree.ts'
import { checkSegments } from '#node/verification/segments-check.ts'
import { frameSeconds } from '#protocol/grid.ts'
import { BlockHeight } from '#protocol/ids.ts'
import { jobId } from '#test/support/builders.ts'
import { encodeTree, requestFor } from '#test/support/clip.ts'
import { untroubled as signal } from '#test/support/ffmpeg.ts'
import { metered } from './process-meter.ts'

export type VerificationCost = {
  /** Seconds of the video that is extrapolated to. */
  readonly seconds: number
  /** Seconds of processor time of its encode. */
  readonly encode: number
  readonly parts: readonly { readonly name: string; readonly cpu: number }[]
  readonly share: readonly { readonly tier: Tier; readonly percent: number }[]
}

export type CostDeps = {
  readonly tools: FfmpegTools
  readonly engine: EncodingEngine
  readonly folder: string
}

const longSeconds = 600

/** A part that is compared byte by byte is twice as long as the one that is measured here. */
const partGrowth = 2

/**
 * Processor time of checking a ten-minute 1080p video beside that of encoding it: one part of it is encoded and checked
 * here, in every rendition and both tiers, and the rest is arithmetic. Structure grows with the video, the challenge
 * does not; the sound is encoded whole in either tier.
 */
export async function verificationCost(deps: CostDeps): Promise<VerificationCost> {
  const { tools, engine, folder } = deps
  const clip = path.join(folder, 'cost.mp4')
  await makeSampleClip(tools, clip, { signal, seconds: 8 })
  const { width, height } = await engine.analyse(clip, { signal })
  const ladder = buildLadder(width, height)
  const request = await requestFor(engine, clip, { ladder, segmentFrames: 120, partSegments: 2 })
  const encode = await metered(() => encodeTree(engine, request))
  const { tree } = await openLocalTree(encode.result.folder, {
    signal,
    onProgress: () => undefined,
  })
  if (!tree) throw new Error('what was encoded here is whole')
  const workspaces = createWorkspaces(await mkdtemp(path.join(folder, 'cost-')), {
    exportFile: () => Promise.reject(new Error('the source is here')),
    sizes: () => Promise.reject(new Error('the source is here')),
  })
  const job = jobId('alice')
  const work = {
    ...{ engine, ...tools, content: tree.content, job, signal },
    ...{ offer: request.terms, source: clip, onProgress: () => undefined },
    ...{ hwAccel: 'none' as const, colours: strictColours },
    workspaceOf: (name: typeof job) => workspaces(name, 'check'),
  }
  const structure = await metered(() => checkSegments(work, tree.manifest))
  const segments = tree.manifest.renditions[0]?.segments.length ?? 1
  const tracks = tree.manifest.renditions.length + 1
  const growth = longSeconds / secondsOf(request)
  const drawn = parametersAt(BlockHeight.parse(0)).challenge.newcomerLeaves
  /** One leaf of each track: what a challenge costs on average is that, times the leaves it draws for each track. */
  const each = Array.from({ length: tracks }, (_, track) => track * segments)
  const challenge = async (tier: Tier): Promise<number> => {
    const video = await metered(() =>
      checkLeaves({ ...work, tier }, tree.manifest, each.slice(0, -1)),
    )
    return (video.usage.cpu * drawn) / tracks
  }
  const sound = await metered(() =>
    checkLeaves({ ...work, tier: 'perceptual' }, tree.manifest, each.slice(-1)),
  )
  const exact = partGrowth * (await challenge('exact'))
  const perceptual = await challenge('perceptual')
  const long = encode.usage.cpu * growth
  const steady = (structure.usage.cpu + sound.usage.cpu) * growth
  return {
    seconds: longSeconds,
    encode: long,
    parts: [
      { name: 'structure of every segment', cpu: structure.usage.cpu * growth },
      { name: 'the sound', cpu: sound.usage.cpu * growth },
      { name: `${drawn} leaves byte by byte`, cpu: exact },
      { name: `${drawn} leaves by measuring`, cpu: perceptual },
    ],
    share: [
      { tier: 'exact', percent: (100 * (steady + exact)) / long },
      { tier: 'perceptual', percent: (100 * (steady + perceptual)) / long },
    ],
  }
}

function secondsOf({ terms: { grid } }: EncodeRequest): number {
  return frameSeconds(grid.rate, grid.frames)
}
