import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Upload as TusUpload } from 'tus-js-client'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { HttpServer } from '#node/http-server.ts'
import { startHttpServer } from '#node/http-server.ts'
import { usualUploadLimits } from '#node/uploads/upload-limits.ts'
import { findUpload, forgetAbandoned, openUploadRecords } from '#node/uploads/upload-records.ts'
import type { Uploads, UploadsDeps } from '#node/uploads/uploads.ts'
import { startUploads } from '#node/uploads/uploads.ts'
import type { UploadStatus } from '#protocol/api/uploads.ts'
import { uploadsPath } from '#protocol/api/uploads.ts'
import { HiveAccount, UploadId } from '#protocol/ids.ts'
import { aProfile } from '#test/support/builders.ts'
import type { TestStore } from '#test/support/content.ts'
import { openTestStore } from '#test/support/content.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { silent } from '#test/support/peers.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const tokens: Readonly<Record<string, HiveAccount>> = {
  'Bearer a': HiveAccount.parse('alice'),
  'Bearer b': HiveAccount.parse('bob'),
}
const alice = { authorization: 'Bearer a' }
const bob = { authorization: 'Bearer b' }
const limits = { ...usualUploadLimits, bytes: 50_000_000, accountBytes: 60_000_000, accountOpen: 2 }

let clip: string
let directory: string
let store: TestStore
let uploads: Uploads
let http: HttpServer
let analyse: EncodingEngine['analyse']
let onOutcome: UploadsDeps['onOutcome']

beforeAll(async () => {
  clip = join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(clip)
})

beforeEach(async () => {
  directory = await makeFolder()
  store = await openTestStore(await makeFolder())
  onOutcome = async () => undefined
  analyse = async (path) => aProfile({ bytes: (await stat(path)).size })
  await start()
})

afterEach(async () => {
  await stop()
  await store[Symbol.asyncDispose]()
})

async function start(): Promise<void> {
  uploads = await startUploads(
    {
      content: store.content,
      analyse: (path, options) => analyse(path, options),
      accountOf: async (authorization) => tokens[authorization] ?? null,
      onOutcome: (outcome) => onOutcome(outcome),
      logger: silent,
    },
    { directory, limits, patienceMs: 86_400_000 },
  )
  http = await startHttpServer({ routers: [uploads.router], logger: silent }, 0)
}

async function stop(): Promise<void> {
  await http[Symbol.asyncDispose]()
  await uploads[Symbol.asyncDispose]()
}

const call = (path: string, init: RequestInit): Promise<Response> =>
  fetch(`${http.url}${path}`, init)

async function begin(bytes: number, headers: Record<string, string> = alice): Promise<Response> {
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': String(bytes) }
  return await call(uploadsPath, { method: 'POST', headers: { ...headers, ...tus } })
}

async function begun(bytes: number, headers = alice): Promise<string> {
  const response = await begin(bytes, headers)
  expect(response.status).toBe(201)
  return response.headers.get('location') ?? ''
}

const send = (path: string, offset: number, body: Uint8Array<ArrayBuffer>, headers = alice) =>
  call(path, {
    method: 'PATCH',
    headers: {
      ...headers,
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    },
    body,
  })

async function statusOf(path: string, headers = alice): Promise<UploadStatus> {
  const response = await call(path, { headers })
  expect(response.status).toBe(200)
  return (await response.json()) as UploadStatus
}

const ended = async (path: string): Promise<UploadStatus> => {
  await expect
    .poll(async () => (await statusOf(path)).phase, { timeout: 10_000 })
    .toMatch(/ready|refused/)
  return await statusOf(path)
}

test('a file comes in pieces by the usual client and becomes content, its bytes are let go', async () => {
  const { size } = await stat(clip)
  const path = await new Promise<string>((resolve, reject) => {
    const upload = new TusUpload(createReadStream(clip), {
      endpoint: `${http.url}${uploadsPath}`,
      headers: alice,
      chunkSize: Math.ceil(size / 3),
      uploadSize: size,
      onError: reject,
      onSuccess: () => resolve(new URL(upload.url ?? '').pathname),
    })
    upload.start()
  })
  const status = await ended(path)
  expect(status).toMatchObject({ phase: 'ready', owner: 'alice', bytes: size })
  if (status.phase !== 'ready') throw new Error('ready')
  const back = await store.content.read(status.cid, {
    limitBytes: size,
    signal: new AbortController().signal,
  })
  expect(Buffer.from(back).equals(await readFile(clip))).toBe(true)
  expect(await readdir(join(directory, 'files'))).toEqual([])
})

test('an upload goes on after a restart where its bytes ended', async () => {
  const path = await begun(10)
  expect((await send(path, 0, new Uint8Array(4))).status).toBe(204)
  await stop()
  await start()
  expect(await statusOf(path)).toMatchObject({ phase: 'receiving', received: 4, bytes: 10 })
  expect((await send(path, 3, new Uint8Array(6))).status).toBe(409)
  expect((await send(path, 4, new Uint8Array(6))).status).toBe(204)
  expect((await ended(path)).phase).toBe('ready')
})

test('bytes that had all come before a crash are dealt with at the next start', async () => {
  analyse = async () => {
    throw new MarketError('ffmpeg-missing', 'not now')
  }
  const path = await begun(3)
  await send(path, 0, new Uint8Array(3))
  expect(await statusOf(path)).toMatchObject({ phase: 'importing' })
  await stop()
  analyse = async () => aProfile({ bytes: 3 })
  await start()
  expect((await ended(path)).phase).toBe('ready')
})

test('what became of an upload is told before it is kept, and again where that failed', async () => {
  const told: string[] = []
  onOutcome = async ({ phase }) => {
    told.push(phase)
    throw new Error('connection lost')
  }
  const path = await begun(3)
  await send(path, 0, new Uint8Array(3))
  await expect.poll(() => told).toEqual(['ready'])
  expect(await statusOf(path)).toMatchObject({ phase: 'importing' })
  await stop()
  onOutcome = async ({ phase }) => void told.push(phase)
  await start()
  expect((await ended(path)).phase).toBe('ready')
  expect(told.length).toBeGreaterThanOrEqual(2)
})

test('a file that nobody can encode is refused for good, with the reason', async () => {
  analyse = async () => {
    throw new MarketError('input-no-video', 'There are no moving pictures in it.')
  }
  const path = await begun(3)
  await send(path, 0, new Uint8Array(3))
  expect(await ended(path)).toMatchObject({ phase: 'refused', code: 'input-no-video' })
})

test("nobody begins without signing in, and another's upload is as if it were not there", async () => {
  expect((await begin(3, {})).status).toBe(401)
  const path = await begun(3)
  expect((await call(path, {})).status).toBe(401)
  expect((await call(path, { headers: bob })).status).toBe(404)
  expect((await send(path, 0, new Uint8Array(3), bob)).status).toBe(404)
  expect((await call(path, { method: 'DELETE', headers: bob })).status).toBe(404)
  const head = { method: 'HEAD', headers: { ...bob, 'tus-resumable': '1.0.0' } }
  expect((await call(path, head)).status).toBe(404)
  expect(await statusOf(path)).toMatchObject({ received: 0 })
})

test('an owner that claims to be another by metadata is still itself', async () => {
  const owner = Buffer.from('bob').toString('base64')
  const response = await begin(3, { ...alice, 'upload-metadata': `owner ${owner}` })
  expect(await statusOf(response.headers.get('location') ?? '')).toMatchObject({ owner: 'alice' })
})

test('too large, too much and too many are refused before a byte comes', async () => {
  expect((await begin(limits.bytes + 1)).status).toBe(413)
  await begun(limits.bytes)
  expect((await begin(20_000_000)).status).toBe(403)
  await begun(5)
  expect((await begin(5)).status).toBe(403)
  expect((await begin(5, bob)).status).toBe(201)
})

test('of uploads that begin at the same time no more are taken than there is room for', async () => {
  const statuses = async (bytes: number, headers: Record<string, string>) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => begin(bytes, headers)))
    return all.map(({ status }) => status).toSorted()
  }
  const refused = (count: number): readonly number[] => Array<number>(count).fill(403)
  expect(await statuses(40_000_000, alice)).toEqual([201, ...refused(7)])
  expect(await statuses(5, bob)).toEqual([201, 201, ...refused(6)])
})

test('an upload of unknown size is refused: a quota could not be kept', async () => {
  const response = await call(uploadsPath, {
    method: 'POST',
    headers: { ...alice, 'tus-resumable': '1.0.0', 'upload-defer-length': '1' },
  })
  expect(response.status).toBe(400)
})

test('more bytes than announced are not taken', async () => {
  const path = await begun(4)
  expect((await send(path, 0, new Uint8Array(9))).status).toBeGreaterThanOrEqual(400)
  expect(await statusOf(path)).toMatchObject({ bytes: 4 })
})

test('what its owner deletes is gone, bytes and pin', async () => {
  const path = await begun(3)
  await send(path, 0, new Uint8Array([1, 2, 3]))
  const status = await ended(path)
  if (status.phase !== 'ready') throw new Error('ready')
  expect(store.pins.pinned()).toHaveLength(1)
  expect((await call(path, { method: 'DELETE', headers: alice })).status).toBe(204)
  expect((await call(path, { headers: alice })).status).toBe(404)
  expect(store.pins.pinned()).toHaveLength(0)
})

test('an upload that nobody continues is removed; one that has come whole waits as long as it takes', async () => {
  const stopped = await begun(10)
  await send(stopped, 0, new Uint8Array(4))
  analyse = async () => {
    throw new MarketError('ffmpeg-missing', 'not now')
  }
  const whole = await begun(3)
  await send(whole, 0, new Uint8Array(3))
  const records = await openUploadRecords(directory)
  const later = { patienceMs: 1_000, now: Date.now() + 60_000 }
  expect(await forgetAbandoned(records, { ...later, patienceMs: 100_000 })).toEqual([])
  expect(await forgetAbandoned(records, later)).toHaveLength(1)
  expect((await call(stopped, { headers: alice })).status).toBe(404)
  expect(await statusOf(whole)).toMatchObject({ phase: 'importing' })
})

test.each(['..%2f..%2fetc%2fpasswd', 'x', '0'.repeat(32), `${'0'.repeat(31)}g`])(
  '%s names no upload',
  async (id) => {
    const refused = /^40[04]$/
    const path = `${uploadsPath}/${id}`
    expect(`${(await call(path, { headers: alice })).status}`).toMatch(refused)
    expect(`${(await send(path, 0, new Uint8Array(1))).status}`).toMatch(refused)
  },
)

test('an upload that is dealt with while it is asked for is found', async () => {
  const records = await openUploadRecords(await makeFolder())
  const id = UploadId.parse('a'.repeat(32))
  const outcome = {
    phase: 'refused' as const,
    ...{ id, owner: HiveAccount.parse('alice'), bytes: 3 },
    ...{ code: 'input-empty', message: 'There is nothing in it.' },
  }
  const dealtWithFirst = {
    ...records,
    find: async (asked: UploadId) => {
      await records.decide(outcome)
      return await records.find(asked)
    },
  }
  expect(await findUpload(dealtWithFirst, id)).toEqual(outcome)
  await records.forget(id)
  expect(await findUpload(records, id)).toBeNull()
})
