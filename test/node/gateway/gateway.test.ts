import { createConnection } from 'node:net'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGatewayRouter } from '#node/gateway/gateway.ts'
import type { HttpServer } from '#node/http-server.ts'
import { startHttpServer } from '#node/http-server.ts'
import type { FlatBlockStore } from '#node/ipfs/block-store.ts'
import { linksOf } from '#node/ipfs/dag.ts'
import { utf8 } from '#protocol/canonical.ts'
import type { Cid } from '#protocol/ids.ts'
import type { TestStore } from '#test/support/content.ts'
import { aNode, keep, noise, openTestStore } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent, until } from '#test/support/peers.ts'

const mebibyte = 1024 * 1024
const segment = noise(2 * mebibyte + 1_000, 'segment')
const master = '#EXTM3U\n480p/index.m3u8\n'

const stack = new AsyncDisposableStack()
let store: TestStore
let server: HttpServer
let root: Cid
let segmentCid: Cid
/** Reads of the store, and what they wait for. */
let reads = 0

beforeAll(async () => {
  store = stack.use(await openTestStore(stack.use(await aDirectory()).path))
  const { content } = store
  const file = await content.addBytes(segment)
  segmentCid = file.cid
  const folder = await content.addDirectory([
    { name: '0.ts', ...file },
    { name: 'empty.vtt', ...(await content.addBytes(new Uint8Array())) },
    { name: 'thumb 1.JPG', ...(await content.addBytes(noise(10))) },
    { name: 'page.html', ...(await content.addBytes(utf8('<script>alert(1)</script>'))) },
  ])
  const manifest = await content.addBytes(utf8('{}'))
  root = (
    await content.addDirectory([
      { name: 'master.m3u8', ...(await content.addBytes(utf8(master))) },
      { name: 'manifest.json', ...manifest },
      { name: '480p', ...folder },
    ])
  ).cid
  const counting: FlatBlockStore = Object.create(store.blocks, {
    read: {
      value: (cid: CID) => {
        reads += 1
        return store.blocks.read(cid)
      },
    },
    get: { value: (cid: CID) => store.blocks.get(cid) },
  })
  server = stack.use(
    await startHttpServer({ routers: [createGatewayRouter(counting)], logger: silent }, 0),
  )
})
afterAll(async () => await stack.disposeAsync())

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}/ipfs/${path}`, { headers, method })
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())
const isSame = (left: Uint8Array, right: Uint8Array) => Buffer.compare(left, right) === 0

describe('a player', () => {
  test('gets files with the types that it needs', async () => {
    const types: Record<string, string> = {
      'master.m3u8': 'application/vnd.apple.mpegurl',
      '480p/0.ts': 'video/mp2t',
      '480p/empty.vtt': 'text/vtt; charset=utf-8',
      '480p/thumb%201.JPG': 'image/jpeg',
      'manifest.json': 'application/json; charset=utf-8',
      '480p/page.html': 'application/octet-stream',
    }
    for (const [path, type] of Object.entries(types)) {
      const response = await get(`${root}/${path}`, {}, 'HEAD')
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        200,
        type,
      ])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('gets whole files, small and of several blocks', async () => {
    expect(await (await get(`${root}/master.m3u8`)).text()).toBe(master)
    const response = await get(`${root}/480p/0.ts`)

    expect(response.headers.get('content-length')).toBe(`${segment.length}`)
    expect(isSame(await bytesOf(response), segment)).toBe(true)
    expect(await bytesOf(await get(`${root}/480p/empty.vtt`))).toHaveLength(0)
    expect(isSame(await bytesOf(await get(segmentCid)), segment)).toBe(true)
  })

  test('on another site may read everything that it needs', async () => {
    const response = await get(`${root}/480p/0.ts`, { origin: 'https://example.org' }, 'HEAD')
    const preflight = await get(`${root}/480p/0.ts`, { origin: 'https://example.org' }, 'OPTIONS')

    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toContain('content-range')
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('range')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('GET')
  })

  test('need not ask twice', async () => {
    const response = await get(`${root}/480p/0.ts`, {}, 'HEAD')
    const etag = response.headers.get('etag') ?? ''

    expect(response.headers.get('cache-control')).toContain('immutable')
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`]) {
      const again = await get(`${root}/480p/0.ts`, { 'if-none-match': known })
      expect([known, again.status]).toEqual([known, 304])
      expect(await bytesOf(again)).toHaveLength(0)
    }
    expect((await get(`${root}/master.m3u8`, { 'if-none-match': etag })).status).toBe(200)
  })
})

describe('a range', () => {
  const last = segment.length - 1
  const spans: Record<string, [from: number, to: number]> = {
    'bytes=0-0': [0, 0],
    'bytes=10-19': [10, 19],
    'bytes=1048570-1048585': [1_048_570, 1_048_585],
    'bytes=2097152-': [2_097_152, last],
    'bytes=-100': [last - 99, last],
    'bytes=-99999999999': [0, last],
    'bytes=5-99999999999999999999999': [5, last],
  }

  for (const [range, [from, to]] of Object.entries(spans)) {
    test(`${range} is answered with those bytes`, async () => {
      const response = await get(`${root}/480p/0.ts`, { range })

      expect(response.status).toBe(206)
      expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to}/${segment.length}`)
      expect(response.headers.get('content-length')).toBe(`${to - from + 1}`)
      expect(isSame(await bytesOf(response), segment.subarray(from, to + 1))).toBe(true)
    })
  }

  for (const range of ['bytes=9999999-', 'bytes=20-10', 'bytes=-0', `bytes=${'9'.repeat(400)}-`]) {
    test(`${range.slice(0, 20)} cannot be satisfied, and that is not remembered`, async () => {
      const response = await get(`${root}/480p/0.ts`, { range })

      expect(response.status).toBe(416)
      expect(response.headers.get('content-range')).toBe(`bytes */${segment.length}`)
      expect(response.headers.get('cache-control')).toBeNull()
    })
  }

  for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=a-b', 'bytes=']) {
    test(`${range} is none that is known, so all is sent`, async () => {
      const response = await get(`${root}/master.m3u8`, { range })

      expect(response.status).toBe(200)
      expect(await response.text()).toBe(master)
    })
  }

  test('of an empty file cannot be satisfied', async () => {
    expect((await get(`${root}/480p/empty.vtt`, { range: 'bytes=0-' })).status).toBe(416)
  })

  test('counts only for the file that is meant', async () => {
    const etag = (await get(`${root}/master.m3u8`, {}, 'HEAD')).headers.get('etag') ?? ''
    const range = 'bytes=0-3'

    expect((await get(`${root}/master.m3u8`, { range, 'if-range': etag })).status).toBe(206)
    expect((await get(`${root}/master.m3u8`, { range, 'if-range': '"other"' })).status).toBe(200)
  })

  test('reads the blocks it needs and no others', async () => {
    await get(`${root}/480p/0.ts`, {}, 'HEAD')
    reads = 0
    await bytesOf(await get(`${root}/480p/0.ts`, { range: 'bytes=10-19' }))

    expect(reads).toBe(2)
  })
})

describe('an address', () => {
  const wrong: Record<string, number> = {
    '': 400,
    'no-cid': 400,
    bafkreinothing: 400,
    '%ff': 400,
  }
  for (const [path, status] of Object.entries(wrong)) {
    test(`/ipfs/${path} is answered with ${status}`, async () => {
      expect((await get(path)).status).toBe(status)
    })
  }

  test('of what is not in a directory, or of a directory, is answered with 404', async () => {
    for (const path of [
      'nothing.ts',
      '480p/nothing.ts',
      'master.m3u8/below',
      '480p',
      '480p/',
      '',
    ]) {
      const response = await get(`${root}/${path}`)
      expect([path, response.status]).toEqual([path, 404])
      expect(response.headers.get('cache-control')).toBeNull()
    }
  })

  for (const path of [
    '../../../../etc/passwd',
    '..%2f..%2f..%2fetc%2fpasswd',
    '480p/..%2f..%2fmaster.m3u8',
    '%2e%2e/%2e%2e/node.sqlite',
    '480p%00/0.ts',
  ]) {
    test(`with ${path} in it leads out of no tree`, async () => {
      expect(await rawStatus(`/ipfs/${root}/${path}`)).toMatch(/^HTTP\/1.1 40[04] /)
    })
  }

  test('of content that is not here is an error with a code, and asks nobody', async () => {
    const { cid } = await aNode(noise(10), [])
    const response = await get(cid.toString())

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'content-absent' })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toBeNull()
  })

  test('of what is no UnixFS or no file is an error', async () => {
    const node = await aNode(Buffer.from('no UnixFS'), [])
    const link = await aNode(
      new UnixFS({ type: 'symlink', data: utf8('/etc/passwd') }).marshal(),
      [],
    )
    await keep(store.blocks, node, link)

    expect((await get(node.cid.toString())).status).toBe(404)
    expect((await get(link.cid.toString())).status).toBe(502)
  })

  test('may be read, and nothing else', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await get(`${root}/master.m3u8`, {}, method)).status).toBe(405)
  })
})

describe('a file that has lost a chunk', () => {
  async function aHoledFile(which: number) {
    const { cid } = await store.content.addBytes(noise(3 * mebibyte, `holed ${which}`))
    const id = CID.parse(cid)
    const chunk = linksOf(id, await store.blocks.read(id))[which]!
    await store.blocks.delete(chunk)
    return cid
  }

  test('at its beginning is an error with a code', async () => {
    const response = await get(await aHoledFile(0))

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'content-absent' })
  })

  test('in its middle is broken off, and never has a hole', async () => {
    const response = await get(await aHoledFile(1))

    expect(response.headers.get('content-length')).toBe(`${3 * mebibyte}`)
    await expect(bytesOf(response)).rejects.toThrow()
  })

  test('still serves the ranges that are here', async () => {
    const cid = await aHoledFile(1)

    expect((await get(cid, { range: 'bytes=0-99' })).status).toBe(206)
    expect((await get(cid, { range: `bytes=${mebibyte}-${mebibyte + 9}` })).status).toBe(404)
  })
})

test('a client that goes away ends the reading of its file', async () => {
  const { cid } = await store.content.addBytes(noise(64 * mebibyte, 'long'))
  reads = 0
  const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
  socket.write(`GET /ipfs/${cid} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  await until(() => reads > 1)
  socket.destroy()
  await bytesOf(await get(`${root}/480p/0.ts`))

  expect(reads).toBeLessThan(60)
})

/** Sends a path as it is, which `fetch` would tidy first. */
function rawStatus(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString().split('\r\n')[0] ?? '')
    })
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
  })
}
