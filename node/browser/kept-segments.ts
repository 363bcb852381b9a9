import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentPlace } from '#market/ports/browser-encodes.ts'
import type { Track } from '#protocol/api/browser.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import { segmentName } from '../encoding/playlist.ts'
import { ifAbsent } from '../if-absent.ts'

/**
 * Segments that tabs have handed in, a folder for each job, laid out as the tree that they will be. A segment is there whole or
 * not at all; the folder of a job that nobody works on any more is for its owner to remove.
 */
export type KeptSegments = {
  /** Folder of a job, whether or not there is one yet. */
  folderOf(job: EncodingJobId): string
  fileOf(job: EncodingJobId, rendition: string, place: SegmentPlace): string
  /** `requireHeld` is asked before the bytes take their place. */
  put(file: string, bytes: Uint8Array, requireHeld: () => Promise<void>): Promise<void>
  /** Which segments of a track are here, in order. */
  list(job: EncodingJobId, rendition: string, track: Track): Promise<readonly number[]>
  jobs(): Promise<readonly EncodingJobId[]>
  remove(job: EncodingJobId): Promise<void>
}

export async function openKeptSegments(directory: string): Promise<KeptSegments> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const folderOf = (job: EncodingJobId): string => join(directory, job)
  const trackFolder = (job: EncodingJobId, rendition: string, track: Track): string =>
    join(folderOf(job), 'tree', track === 'audio' ? audioRendition : rendition)
  return {
    folderOf,
    fileOf: (job, rendition, { track, segment }) =>
      join(trackFolder(job, rendition, track), segmentName(segment, 'mpegts')),
    put: async (file, bytes, requireHeld) => {
      await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
      // A name of its own: an older holder may be writing the same segment.
      const unfinished = `${file}.${randomUUID()}`
      try {
        await writeFile(unfinished, bytes, { flush: true })
        await requireHeld()
        await rename(unfinished, file)
      } finally {
        await rm(unfinished, { force: true })
      }
    },
    list: async (job, rendition, track) => {
      const names = await readdir(trackFolder(job, rendition, track)).catch(ifAbsent([]))
      return names
        .flatMap((name) => {
          const [, digits] = /^segment_(\d+)\.ts$/.exec(name) ?? []
          return digits === undefined ? [] : [Number(digits)]
        })
        .toSorted((a, b) => a - b)
    },
    jobs: async () => {
      const names = await readdir(directory)
      return names.flatMap((name) => {
        const job = EncodingJobId.safeParse(name)
        return job.success ? [job.data] : []
      })
    },
    remove: (job) => rm(folderOf(job), { recursive: true, force: true }),
  }
}
