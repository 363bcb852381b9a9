import { readFile } from 'node:fs/promises'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import { strictColours } from '#node/verification/colour-tolerance.ts'
import type { LeafCheck } from '#node/verification/leaf.ts'
import { framesInSegment, segmentCount } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import { audioPreset } from '#protocol/ladder.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { cid, encoderProfile, jobId } from './builders.ts'
import { makeFolder, untroubled } from './ffmpeg.ts'

const nothingToExport = () => Promise.reject(new Error('the source is a local file'))

/** The check of single leaves, without a market around it. Segments are delivered by naming their files. */
export async function aLeafCheck(
  engine: EncodingEngine,
  tools: FfmpegTools,
  request: EncodeRequest,
) {
  const files = new Map<Cid, string>()
  const workspaces = createWorkspaces(await makeFolder(), {
    exportFile: nothingToExport,
    sizes: nothingToExport,
  })
  const check: LeafCheck = {
    ...{ engine, ...tools, signal: untroubled, onProgress: () => undefined, tier: 'perceptual' },
    ...{ hwAccel: 'none', colours: strictColours },
    ...{ job: jobId('alice'), offer: request.terms, source: request.source },
    content: { read: async (name) => await readFile(files.get(name) ?? '') },
    workspaceOf: (job) => workspaces(job, 'check'),
  }
  /** A manifest in which some segments of a rendition are these files; the others are not there. */
  const deliver = async (
    rendition: string,
    delivered: ReadonlyMap<number, string>,
  ): Promise<Manifest> => {
    const { grid } = request.terms
    const segments: SegmentRecord[] = []
    for (let index = 0; index < segmentCount(grid); index += 1) {
      const file = delivered.get(index)
      const name = file === undefined ? cid(`${rendition} ${index}`) : await fileCid(file)
      const bytes = file === undefined ? 1 : (await readFile(file)).length
      segments.push({ cid: name, bytes, units: framesInSegment(grid, index) })
      if (file !== undefined) files.set(name, file)
    }
    return manifestWith(request, rendition, segments)
  }
  return { check, deliver }
}

function manifestWith(
  { terms }: EncodeRequest,
  rendition: string,
  segments: SegmentRecord[],
): Manifest {
  const { grid, recipe, source, ladder } = terms
  const isSound = rendition === 'audio'
  return {
    ...{ v: 1, source: source.cid, recipe, grid, class: encoderProfile.class },
    renditions: ladder.map((rung) => ({ ...rung, codecs: 'avc1.4D401F', segments })),
    audio: isSound ? { codecs: 'mp4a.40.2', ...audioPreset, segments } : null,
  }
}
