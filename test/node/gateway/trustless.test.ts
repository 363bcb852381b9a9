import { CarReader } from '@ipld/car'
import type { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGatewayRouter } from '#node/gateway/gateway.ts'
import type { HttpServer } from '#node/http-server.ts'
import { startHttpServer } from '#node/http-server.ts'
import { linksOf, parseCid } from '#node/ipfs/dag.ts'
import { utf8 } from '#protocol/canonical.ts'
import type { Cid } from '#protocol/ids.ts'
import type { TestStore } from '#test/support/content.ts'
import { noise, openTestStore } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent } from '#test/support/peers.ts'

const video = noise(3 * 1024 * 1024, 'video')
const stack = new AsyncDisposableStack()
let store: TestStore
let server: HttpServer
let root: Cid
let file: Cid

beforeAll(async () => {
  store = stack.use(await openTestStore(stack.use(await aDirectory()).path))
  const added = await store.content.addBytes(video)
  file = added.cid
  const same = { name: 'again.ts', ...added }
  const inner = await store.content.addDirectory([{ name: '0.ts', ...added }, same])
  const note = await store.content.addBytes(utf8('note'))
  const entries = [
    { name: '480p', ...inner },
    { name: 'note', ...note },
  ]
  root = (await store.content.addDirectory(entries)).cid
  const router = createGatewayRouter(store.blocks)
  server = stack.use(await startHttpServer({ routers: [router], logger: silent }, 0))
})
afterAll(async () => await stack.disposeAsync())

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/ipfs/${path}`, { headers })

/** The archive's ids in their order, each held against its bytes. */
async function archive(path: string): Promise<{ roots: readonly CID[]; cids: readonly string[] }> {
  const response = await get(path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('application/vnd.ipld.car; version=1')
  const reader = await CarReader.fromBytes(new Uint8Array(await response.arrayBuffer()))
  const cids: string[] = []
  for await (const { cid, bytes } of reader.blocks()) {
    expect((await sha256.digest(bytes)).digest).toEqual(cid.multihash.digest)
    cids.push(cid.toString())
  }
  return { roots: await reader.getRoots(), cids }
}

const chunksOf = async (cid: Cid): Promise<readonly string[]> => {
  const id = parseCid(cid)
  return linksOf(id, await store.blocks.read(id)).map(String)
}

test('a block is served as it is, by the query and by what is accepted', async () => {
  const expected = await store.blocks.read(parseCid(file))
  const asked = [
    await get(`${file}?format=raw`),
    await get(file, { accept: 'application/vnd.ipld.raw' }),
  ]
  for (const response of asked) {
    expect(response.headers.get('content-type')).toBe('application/vnd.ipld.raw')
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(expected))
  }
})

test('an archive has every block below its root once, in the order of a walk', async () => {
  const { roots, cids } = await archive(`${root}?format=car`)
  expect(roots.map(String)).toEqual([root])
  expect(new Set(cids).size).toBe(cids.length)
  const [first, inner, ...rest] = cids
  expect(first).toBe(root)
  expect(await chunksOf(root)).toContain(inner)
  expect(rest.slice(0, 4)).toEqual([file, ...(await chunksOf(file))])
  expect(cids).toHaveLength(1 + 1 + 1 + 3 + 1)
})

test('an archive of a path has the blocks of the way, of a scope no more than that', async () => {
  const whole = await archive(`${root}/480p/0.ts?format=car`)
  expect(whole.cids.slice(2)).toEqual([file, ...(await chunksOf(file))])
  expect((await archive(`${root}/480p/0.ts?format=car&dag-scope=block`)).cids).toHaveLength(3)
  expect((await archive(`${root}/480p?format=car&dag-scope=entity`)).cids).toHaveLength(2)
  expect((await archive(`${file}?format=car&dag-scope=entity`)).cids).toHaveLength(4)
})

test('who has it already gets nothing twice', async () => {
  const etag = (await get(`${root}?format=car`)).headers.get('etag') ?? ''
  expect((await get(`${root}?format=car`, { 'if-none-match': etag })).status).toBe(304)
  expect((await get(`${file}?format=raw`, { 'if-none-match': `"${file}.raw"` })).status).toBe(304)
})

test('what cannot be served is refused before a byte of it', async () => {
  expect((await get(`${root}/480p?format=raw`)).status).toBe(400)
  expect((await get(`${root}?format=car&dag-scope=some`)).status).toBe(400)
  expect((await get(`${root}/nothing?format=car`)).status).toBe(404)
  expect((await get(`${root}/note/below?format=car`)).status).toBe(404)
  const absent = file.replace(/.{8}$/, 'aaaaaaaa')
  expect((await get(`${absent}?format=raw`)).status).toBe(404)
})

test('an archive that lacks a block is broken off, and never ends well', async () => {
  const { cid } = await store.content.addBytes(noise(2 * 1024 * 1024 + 5, 'holed'))
  const id = parseCid(cid)
  const [, second] = linksOf(id, await store.blocks.read(id))
  if (!second) throw new Error('two chunks')
  await store.blocks.delete(second)
  await expect(
    get(`${cid}?format=car`).then((response) => response.arrayBuffer()),
  ).rejects.toThrow()
})
