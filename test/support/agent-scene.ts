import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { devchainKey } from '#node/devchain/keys.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { uploadsPath } from '#protocol/api/uploads.ts'
import type { Command } from './command.ts'
import { startCommand } from './command.ts'
import { makeFolder, openTools, untroubled } from './ffmpeg.ts'
import type { TestIndexer } from './indexer.ts'

const Uploaded = z.object({ phase: z.literal('ready'), cid: z.string() })
const Submitted = z.object({ job: z.object({ id: z.string() }) })
const History = z.object({
  events: z.array(z.object({ type: z.string(), fields: z.record(z.string(), z.unknown()) })),
})

/** A clip of several parts, so that an encoder can be stopped between them. */
export async function makeLongClip(seconds: number): Promise<string> {
  const file = path.join(await makeFolder(), 'clip.mp4')
  const size = { width: 640, height: 360, rate: '25', seconds }
  await makeSampleClip(await openTools(), file, { signal: untroubled, ...size })
  return file
}

/** Uploads a file as its account's page would, and resolves to its content id. */
export async function upload(indexer: TestIndexer, token: string, file: string): Promise<string> {
  const bytes = await readFile(file)
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  const begun = await fetch(indexer.url + uploadsPath, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes.length) },
  })
  const where = new URL(begun.headers.get('location') ?? '', indexer.url)
  await fetch(where, {
    method: 'PATCH',
    headers: {
      ...headers,
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    body: bytes,
  })
  const status = async () => (await indexer.call('GET', where.pathname, { token })).body
  await expect.poll(status, { timeout: 60_000 }).toMatchObject({ phase: 'ready' })
  return Uploaded.parse(await status()).cid
}

/** Submits a job that only a desktop agent may take. */
export async function submitForAgent(
  indexer: TestIndexer,
  token: string,
  inputCid: string,
): Promise<string> {
  const body = { permlink: 'a-video', inputCid, tiers: ['agent'] }
  const answer = await indexer.call('POST', '/api/encoding/jobs', { token, body })
  return Submitted.parse(answer.body).job.id
}

export async function historyOf(indexer: TestIndexer, job: string) {
  const { body } = await indexer.call('GET', `/api/encoding/jobs/${job}/history?limit=500`)
  return History.parse(body).events
}

/** A creator's node as its user runs it, with a desktop agent that works for an indexer or by itself. */
export function startCreatorNode(
  account: string,
  {
    rpc,
    data,
    more = [],
    input = '',
  }: {
    readonly rpc: string
    readonly data: string
    readonly more?: readonly string[]
    /** Null keeps its standard input open. */
    readonly input?: string | null
  },
): Command {
  return startCommand(
    [
      ...['node', '--account', account, '--role', 'creator', '--chain', 'devchain', '--rpc', rpc],
      ...['--data', data, '--agent-port', '0', '--hardware', 'off', ...more],
    ],
    { SPK_POSTING_KEY: devchainKey(account, 'posting').toString(), SPK_LOG_LEVEL: 'info' },
    input,
  )
}
