import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import { claimRoute } from '#protocol/api/agent.ts'
import { putSegmentRoute } from '#protocol/api/browser.ts'
import { registerEncoderRoute } from '#protocol/api/encoders.ts'
import { submitJobRoute } from '#protocol/api/jobs.ts'
import type { UploadStatus } from '#protocol/api/uploads.ts'
import { uploadStatusRoute, uploadsPath } from '#protocol/api/uploads.ts'
import type { Client } from '#protocol/client.ts'
import { createClient } from '#protocol/client.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'
import { UploadId } from '#protocol/ids.ts'
import type { TestIndexer } from './indexer.ts'

/** What a tab shows with every call. */
export type TabLease = {
  readonly jobId: EncodingJobId
  readonly encoderId: string
  readonly fencingToken: number
}

/** An account at an indexer, without a browser around it. */
export async function accountAt(
  indexer: TestIndexer,
  name: string,
): Promise<{ readonly call: Client; readonly token: string }> {
  const token = await indexer.signIn(name)
  const headers = { authorization: `Bearer ${token}` }
  return { token, call: createClient({ url: indexer.url, headers: () => headers }) }
}

type Ready = Extract<UploadStatus, { phase: 'ready' }>

/** Uploads a file in one piece and waits until it is content. */
export async function uploadTo(
  { url }: Pick<TestIndexer, 'url'>,
  { call, token }: { readonly call: Client; readonly token: string },
  file: string,
): Promise<Ready> {
  const body = await readFile(file)
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  const begun = await fetch(`${url}${uploadsPath}`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(body.length) },
  })
  const place = begun.headers.get('location') ?? ''
  const type = 'application/offset+octet-stream'
  await fetch(new URL(place, url), {
    method: 'PATCH',
    headers: { ...headers, 'upload-offset': '0', 'content-type': type },
    body,
  })
  const id = UploadId.parse(place.slice(place.lastIndexOf('/') + 1))
  for (;;) {
    const status = await call(uploadStatusRoute, { params: { id } })
    if (status.phase === 'ready') return status
    if (status.phase === 'refused') throw new Error(status.message)
    await pause(50)
  }
}

/** Submits a job that a tab may take first, and claims it as one. */
export async function claimedByTab(
  call: Client,
  { cid, seconds }: { readonly cid: Cid; readonly seconds: number },
): Promise<TabLease> {
  const encoderId = `tab-${randomUUID()}`
  await call(registerEncoderRoute, { body: { id: encoderId, kind: 'browser' } })
  const { job } = await call(submitJobRoute, {
    body: {
      ...{ permlink: 'a-clip', inputCid: cid, durationSeconds: seconds, qualities: ['480p'] },
      tiers: ['browser', 'agent'],
    },
  })
  const { job: claimed } = await call(claimRoute, { body: { encoderId } })
  if (claimed?.jobId !== job.id) throw new Error('the tab gets its own job')
  return { jobId: job.id, encoderId, fencingToken: claimed.fencingToken }
}

/** Hands in one segment. */
export async function putSegment(
  call: Client,
  { jobId, encoderId, fencingToken }: TabLease,
  { rendition, index, path }: Pick<EncodedSegment, 'rendition' | 'index' | 'path'>,
): Promise<void> {
  await call(putSegmentRoute, {
    params: { jobId, track: rendition === 'audio' ? 'audio' : 'video', segment: index },
    query: { encoderId, fencingToken },
    body: new Uint8Array(await readFile(path)),
  })
}
