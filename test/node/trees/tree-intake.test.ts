import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as CarBufferWriter from '@ipld/car/buffer-writer'
import type { CID } from 'multiformats/cid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EncoderDirectory, EncoderNode } from '#market/ports/encoder-directory.ts'
import type { JobScheduler } from '#market/ports/job-scheduler.ts'
import type { HttpServer } from '#node/http-server.ts'
import { startHttpServer } from '#node/http-server.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { collectGarbage } from '#node/ipfs/garbage.ts'
import { createTreeIntake } from '#node/trees/tree-intake.ts'
import { bringBlocksRoute, keepTreeRoute, lackingRoute } from '#protocol/api/trees.ts'
import { alice, bob } from '#test/support/builders.ts'
import type { Stored, TestStore } from '#test/support/content.ts'
import { aLeaf, aNode, keep, noise, openTestStore } from '#test/support/content.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { silent } from '#test/support/peers.ts'

const job = randomUUID()
const lease = { jobId: job, encoderId: 'alices-desk', fencingToken: 3 }
const tokens = new Map([
  ['Bearer alice', alice],
  ['Bearer bob', bob],
])
const plenty = 2 ** 40

let directory: string
let store: TestStore
let http: HttpServer
let renewed: unknown[]
let isHeld: boolean
let leaf: Stored
let root: Stored

beforeEach(async () => {
  directory = await makeFolder()
  store = await openTestStore(directory)
  renewed = []
  isHeld = true
  leaf = await aLeaf(noise(500))
  root = await aNode(new Uint8Array(), [leaf.cid])
  const scheduler = {
    renewLease: async (asked) => {
      renewed.push(asked)
      return isHeld ? { ok: true, value: {} } : { ok: false, refusal: 'stale-token' }
    },
  } as Pick<JobScheduler, 'renewLease'>
  const encoders = {
    find: async (id) => ({ id, owner: alice }) as EncoderNode,
  } as EncoderDirectory
  const router = createTreeIntake(
    {
      ...{ scheduler, encoders, content: store.content, blocks: store.blocks },
      accountOf: async (authorization) => tokens.get(authorization) ?? null,
      free: async () => plenty,
    },
    { directory, jobBytes: 2_000 },
  )
  http = await startHttpServer({ routers: [router], logger: silent }, 0)
})
afterEach(async () => {
  await http[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

function archiveOf(...blocks: readonly { readonly cid: CID; readonly block: Uint8Array }[]) {
  const entries = blocks.map(({ cid, block: bytes }) => ({ cid, bytes }))
  const length = entries.reduce((sum, entry) => sum + CarBufferWriter.blockLength(entry), 0)
  const headerSize = CarBufferWriter.headerLength({ roots: [] })
  const writer = CarBufferWriter.createWriter(new ArrayBuffer(headerSize + length), { headerSize })
  for (const entry of entries) writer.write(entry)
  return new Uint8Array(writer.close())
}

type Asked = { readonly as?: string; readonly fencingToken?: number }

async function call(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  { as = 'alice' }: Asked = {},
) {
  const headers = { authorization: `Bearer ${as}`, 'content-type': 'application/json' }
  const response = await fetch(http.url + path, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, json: text === '' ? null : (JSON.parse(text) as unknown) }
}

const lacking = (blocks: readonly Stored[], asked?: Asked) =>
  call(
    lackingRoute.path,
    JSON.stringify({ ...lease, blocks: blocks.map(({ cid }) => cid.toString()) }),
    asked,
  )
const bring = (archive: Uint8Array<ArrayBuffer>, asked: Asked = {}) => {
  const { fencingToken = 3 } = asked
  const query = new URLSearchParams({ ...lease, fencingToken: `${fencingToken}` })
  return call(`${bringBlocksRoute.path}?${query}`, archive, asked)
}
const keepTree = () =>
  call(keepTreeRoute.path, JSON.stringify({ ...lease, root: root.cid.toString() }))

test('what is lacking is brought block by block, and kept once all of it is here', async () => {
  const ids = [leaf, root].map(({ cid }) => cid.toString())
  expect(await lacking([leaf, root])).toEqual({ status: 200, json: { lacking: ids } })
  expect(await bring(archiveOf(root))).toEqual({ status: 204, json: null })
  expect((await lacking([leaf, root])).json).toEqual({ lacking: ids.slice(0, 1) })
  expect(await keepTree()).toMatchObject({ status: 409, json: { code: 'tree-lacking' } })
  expect(store.pins.pinned()).toEqual([])
  expect((await bring(archiveOf(leaf))).status).toBe(204)
  expect((await keepTree()).status).toBe(200)
  expect(store.pins.all()).toEqual([{ cid: root.cid.toString(), owner: `job:${job}/3` }])
  expect(renewed).toHaveLength(6)
  expect(renewed.at(-1)).toEqual({ job, encoder: 'alices-desk', fencingToken: 3 })
})

test('what was here before, and is asked for, is no garbage while the rest is on its way', async () => {
  const before = await openBlockStore(join(directory, 'blocks'))
  await keep(before, leaf, await aLeaf(noise(500, 'nobody wants it')))
  expect((await lacking([leaf, root])).json).toEqual({ lacking: [root.cid.toString()] })
  expect(await collectGarbage(store.blocks, store.pins)).toEqual({ removed: 1, unknown: [] })
  expect(await store.blocks.has(leaf.cid)).toBe(true)
})

test('bytes that are not what their id names are refused, and none of them kept', async () => {
  const lie = { cid: leaf.cid, block: noise(500, 'another') }
  expect(await bring(archiveOf(lie))).toMatchObject({
    ...{ status: 400, json: { code: 'request-invalid' } },
  })
  for (const archive of [new Uint8Array(), noise(300), archiveOf(leaf).slice(0, -1)])
    expect((await bring(new Uint8Array(archive))).status).toBe(400)
  expect((await lacking([leaf])).json).toEqual({ lacking: [leaf.cid.toString()] })
})

test('nobody brings anything without a lease of his own that holds', async () => {
  expect((await bring(archiveOf(leaf), { as: 'nobody' })).status).toBe(401)
  expect(await bring(archiveOf(leaf), { as: 'bob' })).toMatchObject({ json: { code: 'forbidden' } })
  expect((await bring(archiveOf(leaf), { fencingToken: 0 })).status).toBe(400)
  expect(renewed).toEqual([])
  isHeld = false
  expect(await bring(archiveOf(leaf))).toMatchObject({ json: { code: 'stale-token' } })
  expect(await keepTree()).toMatchObject({ json: { code: 'stale-token' } })
  expect(await lacking([leaf])).toMatchObject({ json: { code: 'stale-token' } })
})

test('a job brings no more than any tree has, one byte after the other', async () => {
  const parts = await Promise.all(['a', 'b', 'c'].map((seed) => aLeaf(noise(800, seed))))
  const statuses: number[] = []
  for (const part of parts) statuses.push((await bring(archiveOf(part))).status)
  expect(statuses).toEqual([204, 204, 403])
})
