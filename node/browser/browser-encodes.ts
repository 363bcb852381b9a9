import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { segmentBitsLimit, treeBytesLimit } from '#market/domain/segment-rate.ts'
import { MarketError } from '#market/errors.ts'
import type { BrowserEncodes, SegmentPlace } from '#market/ports/browser-encodes.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingJob, JobScheduler } from '#market/ports/job-scheduler.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { frameSeconds } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { pause } from '../chain/hive-rpc.ts'
import { freeSpace, requireSpace, usualDiskFloorBytes } from '../encoding/disk-guard.ts'
import { createLayoutReader } from '../encoding/layout-reader.ts'
import type { Logger } from '../logger.ts'
import { startLoop } from '../loop.ts'
import { placesOf, unitsOf } from './browser-manifest.ts'
import { startCheckQueue } from './check-queue.ts'
import type { KeptSegments } from './kept-segments.ts'
import { openKeptSegments } from './kept-segments.ts'
import type { SourceTerms } from './source-terms.ts'
import { readSourceTerms } from './source-terms.ts'
import type { TreeJudgeDeps } from './tree-judge.ts'
import { judgeTree } from './tree-judge.ts'

export type BrowserEncodesDeps = Pick<TreeJudgeDeps, 'engine' | 'tools' | 'newSeed'> & {
  readonly content: ContentStore
  readonly scheduler: JobScheduler
  readonly logger: Logger
}

/** Jobs of one account whose segments are here at once. */
const accountJobs = 8

const sweepMs = 5_000

/**
 * The browser tier of an indexer. Segments lie in a folder for each job until the tree is whole and checked; the folder of a job that no tab
 * may have any more is removed.
 */
export async function startBrowserEncodes(
  deps: BrowserEncodesDeps,
  { directory }: { readonly directory: string },
): Promise<BrowserEncodes & AsyncDisposable> {
  const { engine, tools, content, scheduler, logger } = deps
  const kept = await openKeptSegments(directory)
  const readLayout = createLayoutReader(tools)
  const stopping = new AbortController()
  const checks = startCheckQueue({ scheduler, logger })
  const measured = new Map<EncodingJobId, Promise<SourceTerms>>()

  const sourceOf = (job: EncodingJobId): string => join(kept.folderOf(job), 'source')
  const measure = async ({ id, inputCid, owner }: EncodingJob): Promise<SourceTerms> => {
    await requireQuota({ kept, scheduler }, { id, owner })
    const file = await exported(content, { cid: inputCid, file: sourceOf(id) }, stopping.signal)
    const terms = await readSourceTerms(
      { engine, readLayout },
      { file, cid: inputCid },
      stopping.signal,
    )
    const room = { directory, floorBytes: usualDiskFloorBytes }
    await requireSpace(2 * treeBytesLimit(terms.terms), room, freeSpace)
    return terms
  }
  const termsOf = (job: EncodingJob): Promise<SourceTerms> => {
    const known = measured.get(job.id)
    if (known !== undefined) return known
    const measuring = measure(job)
    measured.set(job.id, measuring)
    measuring.catch(() => measured.delete(job.id))
    return measuring
  }
  const forget = async (job: EncodingJobId): Promise<void> => {
    measured.delete(job)
    await kept.remove(job)
  }

  const sweep = async (): Promise<void> => {
    for (const id of await kept.jobs()) {
      const job = await scheduler.find(id)
      const isOpen = job?.phase === 'queued' || job?.phase === 'leased'
      if (isOpen && job.tier === 'browser') continue
      // A tree may have been kept just before its job went another way.
      if (job?.phase !== 'completed') content.unpin(ownerOf(id))
      await forget(id)
    }
  }
  const sweeping = startLoop(async (stopped) => {
    while (!stopped.aborted) {
      await sweep().catch((error: unknown) => logger.warn('segments not swept', {}, error))
      await pause(sweepMs, stopped)
    }
  })

  return {
    plan: async (job) => {
      const { plan, rendition } = await termsOf(job)
      const finished = await kept.list(job.id, rendition.name, 'video')
      return { ...plan, finished }
    },
    keep: async (job, place, bytes, requireHeld) => {
      const terms = await termsOf(job)
      requireFitting(terms, place, bytes)
      await kept.put(kept.fileOf(job.id, terms.rendition.name, place), bytes, requireHeld)
    },
    check: async (job, lease, processingTimeSec) => {
      const terms = await termsOf(job)
      const { name } = terms.rendition
      await requireWhole(kept, job.id, terms)
      const tree = {
        ...{ terms, folder: kept.folderOf(job.id), source: sourceOf(job.id) },
        ...{
          owner: ownerOf(job.id),
          fileOf: (place: SegmentPlace) => kept.fileOf(job.id, name, place),
        },
      }
      checks.add({
        ...{ lease, processingTimeSec, forget: () => forget(job.id) },
        judge: (options) => judgeTree(deps, tree, options),
      })
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new MarketError('cancelled', 'The server is stopping.'))
      await Promise.all([sweeping[Symbol.asyncDispose](), checks[Symbol.asyncDispose]()])
    },
  }
}

/** Who keeps the tree of a tab's job. */
function ownerOf(job: EncodingJobId): string {
  return `browser:${job}`
}

async function exported(
  content: ContentStore,
  { cid, file }: { readonly cid: Cid; readonly file: string },
  signal: AbortSignal,
): Promise<string> {
  const { bytes } = await content.sizes(cid)
  const found = await stat(file).catch(() => null)
  if (found?.size === bytes) return file
  const room = { directory: file, floorBytes: usualDiskFloorBytes }
  await requireSpace(bytes, room, freeSpace)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await content.exportFile(cid, file, { signal })
  return file
}

async function requireQuota(
  { kept, scheduler }: { readonly kept: KeptSegments; readonly scheduler: JobScheduler },
  { id, owner }: Pick<EncodingJob, 'id' | 'owner'>,
): Promise<void> {
  const others = (await kept.jobs()).filter((job) => job !== id)
  const jobs = await Promise.all(others.map((job) => scheduler.find(job)))
  if (jobs.filter((job) => job?.owner === owner).length < accountJobs) return
  const message = `${accountJobs} videos of @${owner} are being encoded in tabs; let one of them end first.`
  throw new MarketError('quota-exceeded', message)
}

function requireFitting(terms: SourceTerms, place: SegmentPlace, bytes: Uint8Array): void {
  const { grid, rendition } = terms.plan
  const isVideo = place.track === 'video'
  const units = unitsOf(terms, place)
  if (units === null) {
    const message = `The plan has no ${place.track} segment ${place.segment}.`
    throw new MarketError('request-invalid', message)
  }
  const seconds = isVideo ? frameSeconds(grid.rate, units) : units / audioPreset.sampleRate
  const limit = segmentBitsLimit(isVideo ? rendition.kbps : audioPreset.kbps, seconds)
  if (bytes.length * 8 > limit)
    throw new MarketError(
      'body-too-large',
      `The segment has ${bytes.length} bytes; its rate allows ${Math.floor(limit / 8)}.`,
    )
}

async function requireWhole(
  kept: KeptSegments,
  job: EncodingJobId,
  terms: SourceTerms,
): Promise<void> {
  const { name } = terms.rendition
  const video = new Set(await kept.list(job, name, 'video'))
  const audio = new Set(await kept.list(job, name, 'audio'))
  const missing = placesOf(terms).filter(
    ({ track, segment }) => !(track === 'video' ? video : audio).has(segment),
  )
  const [first] = missing
  if (!first) return
  const message = `${missing.length} segments are missing, the first of them ${first.track} ${first.segment}.`
  throw new MarketError('request-invalid', message)
}
