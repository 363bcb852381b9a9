import { cancelJobRoute, submitJobRoute } from '#protocol/api/jobs.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'
import { callServer } from '#ui/shared/session.ts'
import { registerTab } from './encode-job.ts'

/** Shorter than this is what a tab may take. */
const mostSeconds = 120

/** Submits a video for this tab to encode. Rejects one that is too long for it, in words for its owner. */
export async function submitJob(
  file: File,
  inputCid: Cid,
  durationSeconds: number,
): Promise<EncodingJobId> {
  if (durationSeconds >= mostSeconds) throw new Error(tooLong(durationSeconds))
  await registerTab()
  const { job } = await callServer(submitJobRoute, {
    body: {
      ...{ permlink: permlinkOf(file), inputCid, durationSeconds },
      ...{ qualities: ['480p'], tiers: ['browser', 'agent', 'community'] },
    },
  })
  return job.id
}

/** Where that fails, its lease runs out, and its other tiers have it. */
export async function cancelJob(id: EncodingJobId): Promise<void> {
  await callServer(cancelJobRoute, { params: { id } }).catch(() => undefined)
}

function tooLong(seconds: number): string {
  const text = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
  return `The video is ${text} long; a tab takes less than 2:00. Post it as a job for your desktop or the community.`
}

/** A name for people, from the file's own. */
function permlinkOf({ name }: File): string {
  const plain = name
    .toLowerCase()
    .replace(/\.[^.]+$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return plain.slice(0, 200) || 'video'
}
