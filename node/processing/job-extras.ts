import { readFile } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import type { ExtrasMaker } from '../encoding/extras.ts'
import { createExtrasMaker } from '../encoding/extras.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import type { Logger } from '../logger.ts'
import type { PieceKeeper } from './piece-keeper.ts'
import type { Workspace } from './workspace.ts'

export type JobExtrasDeps = {
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  readonly content: Pick<ContentStore, 'addBytes' | 'read'>
  readonly logger: Logger
}

/** Poster, storyboard and subtitles of a job. */
export type JobExtras = AsyncDisposable &
  Pick<ExtrasMaker, 'begin' | 'gather'> & {
    /**
     * Puts them into the store and names them in the manifest. Nobody pays for them, so where FFmpeg cannot make them
     * the tree goes without.
     */
    addTo(manifest: Manifest): Promise<Manifest>
  }

export type JobExtrasOptions = {
  readonly job: JobId
  readonly request: EncodeRequest
  readonly keeper: Pick<PieceKeeper, 'segmentsOf' | 'initOf'>
  readonly workspace: Workspace
  readonly signal: AbortSignal
}

export async function openJobExtras(
  { tools, content, logger }: JobExtrasDeps,
  { job, request, keeper, workspace, signal }: JobExtrasOptions,
): Promise<JobExtras> {
  const scratch = await workspace.scratch('extras')
  const readSegment = async (rendition: string, index: number): Promise<Uint8Array> => {
    const segment = keeper.segmentsOf(rendition)[index]
    if (!segment) throw new RangeError('extras are made of finished segments')
    return await content.read(segment.cid, { limitBytes: segment.bytes, signal })
  }
  const readInit = async (rendition: string): Promise<Uint8Array> => {
    const init = keeper.initOf(rendition)
    if (!init) throw new RangeError('extras are made of finished segments')
    return await content.read(init.cid, { limitBytes: init.bytes, signal })
  }
  const reading = { request, readSegment, readInit }
  const maker = createExtrasMaker(tools, { ...reading, directory: scratch.path, signal })
  return {
    begin: maker.begin,
    gather: maker.gather,
    addTo: async (bare) => {
      try {
        const { manifest, files } = await maker.finish(bare)
        for (const { from } of files) await content.addBytes(await readFile(from))
        return manifest
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof MarketError) || error.code !== 'ffmpeg-failed') throw error
        logger.warn('no extras', { job }, error)
        return bare
      }
    },
    [Symbol.asyncDispose]: async () => {
      await maker[Symbol.asyncDispose]()
      await scratch[Symbol.asyncDispose]()
    },
  }
}
