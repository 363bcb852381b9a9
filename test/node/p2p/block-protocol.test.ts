import { join } from 'node:path'
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { sha512 } from 'multiformats/hashes/sha2'
import { describe, expect, test } from 'vitest'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { linksOf } from '#node/ipfs/dag.ts'
import { fileBytes, findFile } from '#node/ipfs/file-bytes.ts'
import { isWhole } from '#node/ipfs/whole.ts'
import { openBans } from '#node/p2p/bans.ts'
import type { BlockServerOptions } from '#node/p2p/block-server.ts'
import { blockServerOptions, cidBytes, serveBlocks } from '#node/p2p/block-server.ts'
import { createPace } from '#node/p2p/pace.ts'
import { blocksProtocol } from '#protocol/calls.ts'
import { account } from '#test/support/builders.ts'
import type { Stored } from '#test/support/content.ts'
import { aFileNode, aLeaf, aNode, keep, noise, spoil } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aFetcher, aHost, connect, silent, until } from '#test/support/peers.ts'

const mebibyte = 1024 * 1024
const { signal } = new AbortController()
const [one, two, three] = ['one', 'two', 'three'].map(account) as [
  ReturnType<typeof account>,
  ReturnType<typeof account>,
  ReturnType<typeof account>,
]

/** A host that offers its blocks as every node does. */
async function aProvider(
  options: Parameters<typeof aHost>[0] = {},
  serving: Partial<BlockServerOptions> = {},
): Promise<TestHost> {
  const host = await aHost(options)
  await serveBlocks(
    { libp2p: host.libp2p, blocks: host.blocks, logger: silent },
    { ...blockServerOptions, ...serving },
  )
  return host
}

/** A host that answers requests for blocks in its own way. */
async function anImpostor(
  answer: (stream: Stream, cids: readonly CID[]) => Promise<void>,
): Promise<TestHost> {
  const host = await aHost()
  await host.libp2p.handle(blocksProtocol, async (stream) => {
    const frames = lpStream(stream)
    for (;;) {
      const request = await frames.read().catch(() => null)
      if (!request) return
      const bytes = request.subarray()
      const cids = Array.from({ length: bytes.length / cidBytes }, (_, index) =>
        CID.decode(bytes.subarray(index * cidBytes, (index + 1) * cidBytes)),
      )
      await answer(stream, cids).catch((error: Error) => stream.abort(error))
    }
  })
  return host
}

/** A folder with a file of one chunk and one of several. */
async function addTree(host: TestHost): Promise<{ readonly root: CID; readonly bytes: number }> {
  const content = contentOf(host)
  const segment = await content.addBytes(noise(3 * mebibyte + 10, 'segment'))
  const playlist = await content.addBytes(noise(500, 'playlist'))
  const folder = await content.addDirectory([
    { name: 'segment.ts', ...segment },
    { name: 'index.m3u8', ...playlist },
  ])
  const root = await content.addDirectory([{ name: '480p', ...folder }])
  return { root: CID.parse(root.cid), bytes: segment.bytes + playlist.bytes }
}

const contentOf = ({ blocks }: TestHost) =>
  createContentStore({
    blocks,
    pins: { pin: () => {}, unpin: () => {}, pinned: () => [] },
    fetcher: { fetch: () => Promise.reject(new Error('not here')) },
  })

/** Copies a tree between stores, without the blocks that are left out by their place in it. */
async function copyTree(
  from: TestHost,
  to: TestHost,
  root: CID,
  isCopied: (index: number) => boolean,
): Promise<void> {
  const cids = [root]
  for (const [index, cid] of cids.entries()) {
    const block = await from.blocks.read(cid)
    cids.push(...linksOf(cid, block))
    if (isCopied(index)) await to.blocks.put(cid, block)
  }
}

const all = { signal, expectedBytes: 4 * mebibyte }

describe('a fetch', () => {
  test('brings a whole tree, and asks for nothing when it is repeated', async () => {
    await using provider = await aProvider()
    await using host = await aHost()
    const { root, bytes } = await addTree(provider)
    const fetcher = aFetcher(host, { one: provider })
    const percents: number[] = []

    const report = await fetcher.fetch(root, [one], {
      signal,
      expectedBytes: bytes,
      onProgress: (percent) => percents.push(percent),
    })

    expect(await isWhole(host.blocks, root)).toBe(true)
    expect(report).toMatchObject({ blocks: 8, local: 0 })
    expect(percents.at(-1)).toBe(100)
    expect(percents).toEqual(percents.toSorted((left, right) => left - right))
    expect(await fetcher.fetch(root, [one], all)).toEqual({ blocks: 0, bytes: 0, local: 8 })
  })

  test('goes on where it ended when its provider comes back from the dead', async () => {
    await using directory = await aDirectory()
    await using host = await aHost()
    const first = await aProvider({ path: directory.path })
    const { root } = await addTree(first)
    const listen = first.libp2p.getMultiaddrs().map(String)
    const died = Promise.withResolvers<void>()
    const served = countingBlocks(host, 3, () => died.resolve(first[Symbol.asyncDispose]()))

    await expect(aFetcher(served, { one: first }).fetch(root, [one], all)).rejects.toMatchObject({
      code: 'content-unavailable',
    })
    await died.promise
    await using again = await aProvider({
      path: directory.path,
      listen: listen.map((address) => address.replace(/\/p2p\/.*/, '')),
    })
    const report = await aFetcher(host, { one: again }).fetch(root, [one], all)

    expect(again.libp2p.peerId.equals(first.libp2p.peerId)).toBe(true)
    expect(report.local).toBeGreaterThanOrEqual(3)
    expect(report.blocks + report.local).toBe(8)
    expect(await isWhole(host.blocks, root)).toBe(true)
  })

  test('shares the work between its providers', async () => {
    await using host = await aHost()
    await using first = await aProvider()
    await using second = await aProvider()
    const bytes = noise(24 * mebibyte)
    const { cid } = await contentOf(first).addBytes(bytes)
    await contentOf(second).addBytes(bytes)

    const report = await aFetcher(host, { one: first, two: second }).fetch(
      CID.parse(cid),
      [one, two],
      { signal, expectedBytes: bytes.length },
    )

    expect(report).toMatchObject({ blocks: 25 })
    expect(await isWhole(host.blocks, CID.parse(cid))).toBe(true)
  })

  test('makes a whole of two providers that have half each', async () => {
    await using origin = await aProvider()
    await using first = await aProvider()
    await using second = await aProvider()
    await using host = await aHost()
    const { root } = await addTree(origin)
    await copyTree(origin, first, root, (index) => index % 2 === 0)
    await copyTree(origin, second, root, (index) => index % 2 === 1)

    const report = await aFetcher(host, { one: first, two: second }).fetch(root, [one, two], all)

    expect(report).toMatchObject({ blocks: 8 })
    expect(await isWhole(host.blocks, root)).toBe(true)
  })

  test('says that nobody has it when all lack the same block, and keeps the rest', async () => {
    await using origin = await aProvider()
    await using first = await aProvider()
    await using second = await aProvider()
    await using host = await aHost()
    const { root } = await addTree(origin)
    const lacking = (index: number) => index !== 5
    await copyTree(origin, first, root, lacking)
    await copyTree(origin, second, root, lacking)

    await expect(
      aFetcher(host, { one: first, two: second }).fetch(root, [one, two], all),
    ).rejects.toMatchObject({ code: 'content-unavailable' })

    const report = await aFetcher(host, { three: origin }).fetch(root, [three], all)
    expect(report).toMatchObject({ blocks: 1, local: 7 })
  })

  test('of a stretch of a file brings the blocks that it is in, and then the rest', async () => {
    await using host = await aHost()
    await using first = await aProvider()
    await using second = await aProvider()
    const bytes = noise(20 * mebibyte + 5, 'stretch')
    const { cid } = await contentOf(first).addBytes(bytes)
    await contentOf(second).addBytes(bytes)
    const root = CID.parse(cid)
    const fetcher = aFetcher(host, { one: first, two: second })
    const span = { start: 7 * mebibyte - 1, end: 9 * mebibyte }
    const asked = { signal, expectedBytes: bytes.length }

    const report = await fetcher.fetch(root, [one, two], { ...asked, span })

    expect(report).toMatchObject({ blocks: 4, bytes: expect.any(Number) })
    const file = await findFile(host.blocks, root)
    const found: Uint8Array[] = []
    for await (const piece of fileBytes(host.blocks, file, span, signal)) found.push(piece)
    expect(Buffer.concat(found).equals(bytes.subarray(span.start, span.end))).toBe(true)
    expect(await isWhole(host.blocks, root)).toBe(false)
    expect(await fetcher.fetch(root, [one], { ...asked, span })).toMatchObject({ blocks: 0 })
    expect(await fetcher.fetch(root, [one], asked)).toMatchObject({ blocks: 18, local: 4 })
  })

  test('of a stretch of what is no file finds it corrupt', async () => {
    await using provider = await aProvider()
    await using host = await aHost()
    const { root } = await addTree(provider)

    await expect(
      aFetcher(host, { one: provider }).fetch(root, [one], {
        ...all,
        span: { start: 0, end: 10 },
      }),
    ).rejects.toMatchObject({ code: 'content-corrupt' })
  })

  test('of what nobody is asked for fails at once', async () => {
    await using host = await aHost()
    const { cid } = await aLeaf(noise(10))

    await expect(aFetcher(host, {}).fetch(cid, [], all)).rejects.toMatchObject({
      code: 'content-unavailable',
      message: expect.stringContaining('nobody to ask'),
    })
  })

  test('brings anew a block that the disk has spoilt', async () => {
    await using provider = await aProvider()
    await using directory = await aDirectory()
    const { root } = await addTree(provider)
    {
      await using host = await aHost({ path: directory.path })
      await aFetcher(host, { one: provider }).fetch(root, [one], all)
    }
    const chunk = await lastLeaf(provider, root)
    await spoil(directory.path, chunk)

    await using host = await aHost({ path: directory.path })
    const report = await aFetcher(host, { one: provider }).fetch(root, [one], all)

    expect(report).toMatchObject({ blocks: 1, local: 7 })
    expect(await isWhole(host.blocks, root)).toBe(true)
  })

  test('stops when it is told to', async () => {
    await using host = await aHost()
    const asked = Promise.withResolvers<void>()
    await using silentProvider = await anImpostor(async () => asked.resolve())
    const stop = new AbortController()
    const { cid } = await aLeaf(noise(10))

    const fetching = aFetcher(host, { one: silentProvider }).fetch(cid, [one], {
      ...all,
      signal: stop.signal,
    })
    await asked.promise
    stop.abort(new Error('told to stop'))

    await expect(fetching).rejects.toThrow('told to stop')
  })
})

describe('a provider', () => {
  const reply = (stream: Stream, ...blocks: readonly Uint8Array[]) => {
    const frames = lpStream(stream)
    return blocks.reduce((sent, block) => sent.then(() => frames.write(block)), Promise.resolve())
  }
  const quick = { silenceMs: 1_500, blockMs: 5_000 }

  const misbehaviours: Record<string, (stream: Stream, honest: Uint8Array) => Promise<void>> = {
    'that sends other bytes': (stream) => reply(stream, noise(100, 'other')),
    'that sends no bytes at all': async () => {},
    'that says it has nothing': (stream) => reply(stream, new Uint8Array()),
    'that sends a frame larger than any block': (stream) => reply(stream, noise(3 * mebibyte)),
    'that sends a frame without an end': async (stream) => {
      stream.send(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]))
    },
    'that sends half a frame and stays silent': async (stream, honest) => {
      stream.send(Buffer.from([0x80, 0x10]))
      stream.send(honest.subarray(0, 10))
    },
    'that sends half a frame and hangs up': async (stream, honest) => {
      stream.send(Buffer.from([0x80, 0x10]))
      stream.send(honest.subarray(0, 10))
      await stream.close()
    },
    'that breaks the stream off': async (stream) => stream.abort(new Error('gone')),
    'that floods the stream with blocks nobody asked for': async (stream) => {
      const flood = noise(mebibyte, 'flood')
      const frames = lpStream(stream)
      for (let sent = 0; sent < 64; sent += 1) await frames.write(flood)
    },
  }

  for (const [name, misbehave] of Object.entries(misbehaviours)) {
    test(`${name} is left out, alone and beside an honest one`, async () => {
      await using honest = await aProvider()
      await using host = await aHost()
      const { root } = await addTree(honest)
      const top = await honest.blocks.read(root)
      await using impostor = await anImpostor((stream) => misbehave(stream, top))

      await expect(
        aFetcher(host, { one: impostor }, quick).fetch(root, [one], all),
      ).rejects.toMatchObject({ code: 'content-unavailable' })
      const providers = { one: impostor, two: honest }
      await aFetcher(host, providers, quick).fetch(root, [one, two], all)

      expect(await isWhole(host.blocks, root)).toBe(true)
    })
  }

  test('that lies among honest ones is banned, and not asked again after a restart', async () => {
    await using honest = await aProvider()
    await using other = await aProvider()
    await using host = await aHost()
    await using directory = await aDirectory()
    const { root } = await addTree(honest)
    await copyTree(honest, other, root, () => true)
    let asked = 0
    await using liar = await anImpostor(async (stream, cids) => {
      asked += 1
      await reply(stream, ...cids.map((_, index) => noise(100, `lie ${index}`)))
    })
    const file = join(directory.path, 'bans.json')
    const fetcherWith = (target: TestHost) => {
      const bans = openBans(file, { now: Date.now, logger: silent })
      const providers = { one: liar, two: honest, three: other }
      return { bans, fetcher: aFetcher(target, providers, quick, undefined, bans) }
    }
    const { bans, fetcher } = fetcherWith(host)

    await expect(fetcher.fetch(root, [one], all)).rejects.toMatchObject({
      code: 'content-unavailable',
    })
    await fetcher.fetch(root, [one, two, three], all)
    expect(await isWhole(host.blocks, root)).toBe(true)
    const { peerId } = liar.libp2p
    expect(bans.all()).toMatchObject([{ provider: peerId.toString(), cid: root.toString() }])
    expect(asked).toBe(1)

    await using afresh = await aHost()
    await fetcherWith(afresh).fetcher.fetch(root, [one, two, three], all)
    expect(await isWhole(afresh.blocks, root)).toBe(true)
    expect(asked).toBe(1)
  })

  test('with a limit sends the same blocks', async () => {
    await using provider = await aHost()
    const pace = createPace(8 * mebibyte)
    await serveBlocks({ libp2p: provider.libp2p, blocks: provider.blocks, logger: silent, pace })
    await using host = await aHost()
    const { root } = await addTree(provider)

    const report = await aFetcher(host, { one: provider }).fetch(root, [one], all)

    expect(report).toMatchObject({ blocks: 8 })
    expect(await isWhole(host.blocks, root)).toBe(true)
  })

  test('that drips bytes is left out, however alive it is', async () => {
    await using host = await aHost()
    const { cid, block } = await aLeaf(noise(1_000))
    await using dripping = await anImpostor(async (stream) => {
      stream.send(Buffer.from([0xe8, 0x07]))
      for (const byte of block) {
        if (stream.status !== 'open') return
        stream.send(Buffer.from([byte]))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })

    await expect(
      aFetcher(host, { one: dripping }, { silenceMs: 5_000, blockMs: 300 }).fetch(cid, [one], all),
    ).rejects.toMatchObject({ code: 'content-unavailable' })
  })

  test('that is slow does not hold up what another can bring', async () => {
    await using honest = await aProvider()
    await using host = await aHost()
    const { root } = await addTree(honest)
    await using slow = await anImpostor(
      (stream) => new Promise((resolve) => stream.addEventListener('close', () => resolve())),
    )

    await aFetcher(host, { one: slow, two: honest }).fetch(root, [one, two], all)

    expect(await isWhole(host.blocks, root)).toBe(true)
  })

  test('that cannot be reached is left out', async () => {
    await using honest = await aProvider()
    await using host = await aHost()
    const gone = await aHost()
    const { root } = await addTree(honest)
    const fetcher = aFetcher(host, { one: gone, two: honest })
    await gone[Symbol.asyncDispose]()

    await fetcher.fetch(root, [one, two, account('unknown')], all)

    expect(await isWhole(host.blocks, root)).toBe(true)
  })
})

describe('content that is not what was said', () => {
  const corrupt = { code: 'content-corrupt' }
  const fetching = async (
    root: Stored,
    expectedBytes: number,
    others: readonly Stored[] = [],
    limits?: { readonly smallBlocks: number },
  ) => {
    await using provider = await aProvider()
    await using host = await aHost()
    await keep(provider.blocks, root, ...others)
    const fetcher = aFetcher(host, { one: provider }, {}, limits)
    return await fetcher.fetch(root.cid, [one], { signal, expectedBytes })
  }

  test('because there is more of it is not fetched to its end', async () => {
    const leaves = await Promise.all(
      Array.from({ length: 8 }, (_, index) => aLeaf(noise(mebibyte, `${index}`))),
    )
    const root = await aFileNode(leaves.map(({ cid }) => ({ cid, size: mebibyte })))

    await expect(fetching(root, 1_000, leaves)).rejects.toMatchObject(corrupt)
  })

  test('because it is made of more blocks than memory is for is not fetched', async () => {
    const data = new UnixFS({ type: 'directory' }).marshal()
    const leaves = await Promise.all(
      Array.from({ length: 60 }, (_, index) => aLeaf(Buffer.from([index]))),
    )
    const ids = leaves.map(({ cid }) => cid)
    const nodes = [await aNode(data, ids.slice(0, 30)), await aNode(data, ids.slice(30))]
    const root = await aNode(
      data,
      nodes.map(({ cid }) => cid),
    )

    await expect(
      fetching(root, 0, [...nodes, ...leaves], { smallBlocks: 62 }),
    ).rejects.toMatchObject(corrupt)
    expect(await fetching(root, 0, [...nodes, ...leaves], { smallBlocks: 63 })).toMatchObject({
      blocks: 63,
    })
  })

  test('because it refers to what no peer of the market can have is not fetched', async () => {
    const foreign = CID.createV1(0x71, await sha512.digest(noise(10)))
    const root = await aNode(new UnixFS({ type: 'directory' }).marshal(), [foreign])

    await expect(fetching(root, 1_000)).rejects.toMatchObject(corrupt)
  })
})

describe('the server', () => {
  const open = async (host: TestHost, provider: TestHost) => {
    await connect(host, provider)
    return host.libp2p.dialProtocol(provider.libp2p.peerId, blocksProtocol)
  }

  test('answers a block that it lacks with nothing, and one that it has with its bytes', async () => {
    await using provider = await aProvider()
    await using host = await aHost()
    const here = await aLeaf(noise(100))
    const elsewhere = await aLeaf(noise(100, 'elsewhere'))
    await keep(provider.blocks, here)

    const frames = lpStream(await open(host, provider))
    await frames.write(Buffer.concat([elsewhere.cid.bytes, here.cid.bytes]))

    expect((await frames.read()).byteLength).toBe(0)
    expect(Buffer.from((await frames.read()).subarray())).toEqual(Buffer.from(here.block))
  })

  test('never sends a block that its disk has spoilt', async () => {
    await using provider = await aProvider()
    await using host = await aHost()
    const leaf = await aLeaf(noise(100))
    await keep(provider.blocks, leaf)
    await spoil(provider.path, leaf.cid)

    const frames = lpStream(await open(host, provider))
    await frames.write(leaf.cid.bytes)

    expect((await frames.read()).byteLength).toBe(0)
  })

  for (const [name, request] of [
    ['no row of ids', noise(35)],
    ['a row of no ids', noise(36)],
    ['larger than a request may be', noise(36 * 33)],
  ] as const) {
    test(`breaks off a stream whose request is ${name}, and goes on serving`, async () => {
      await using provider = await aProvider()
      await using host = await aHost()
      const leaf = await aLeaf(noise(100))
      await keep(provider.blocks, leaf)

      const bad = lpStream(await open(host, provider))
      await bad.write(request)
      await expect(bad.read()).rejects.toThrow()

      await aFetcher(host, { one: provider }).fetch(leaf.cid, [one], all)
    })
  }

  const ask = async (host: TestHost, provider: TestHost, { cid }: Stored): Promise<boolean> => {
    try {
      const stream = await host.libp2p.dialProtocol(provider.libp2p.peerId, blocksProtocol)
      const frames = lpStream(stream)
      await frames.write(cid.bytes)
      return (await frames.read()).byteLength > 0
    } catch {
      return false
    }
  }

  test('serves no more streams to one peer than that peer can use', async () => {
    await using provider = await aProvider()
    await using host = await aHost()
    const leaf = await aLeaf(noise(100))
    await keep(provider.blocks, leaf)
    await connect(host, provider)
    const answered: boolean[] = []
    for (let asked = 0; asked < 10; asked += 1) answered.push(await ask(host, provider, leaf))

    expect(answered).toEqual(answered.map((_, index) => index < 8))
    await host.libp2p.hangUp(provider.libp2p.peerId)
    await until(async () => {
      await connect(host, provider)
      return ask(host, provider, leaf)
    })
  })

  test('serves no more streams in all than its memory is for', async () => {
    await using provider = await aProvider({}, { streams: { each: 8, all: 2 } })
    await using first = await aHost()
    await using second = await aHost()
    const leaf = await aLeaf(noise(100))
    await keep(provider.blocks, leaf)
    await connect(first, provider)
    await connect(second, provider)

    expect(await ask(first, provider, leaf)).toBe(true)
    expect(await ask(first, provider, leaf)).toBe(true)
    expect(await ask(second, provider, leaf)).toBe(false)
    await first.libp2p.hangUp(provider.libp2p.peerId)
    await until(() => ask(second, provider, leaf))
  })

  test('lets a peer go that asks for nothing', async () => {
    await using provider = await aProvider({}, { idleMs: 50 })
    await using host = await aHost()

    const frames = lpStream(await open(host, provider))

    await expect(frames.read()).rejects.toThrow()
  })

  for (const [name, rate] of [
    ['', null],
    [', under a limit as well', 512 * mebibyte],
  ] as const)
    test(`lets a peer go that asks for much and takes nothing${name}`, async () => {
      await using provider = await aHost()
      const options = { ...blockServerOptions, writeMs: 200 }
      const serving = { ...provider, logger: silent, pace: createPace(rate) }
      await serveBlocks(serving, options)
      await using host = await aHost()
      // The same block as often as a request may name one: what nobody takes is soon more than all buffers on the way hold.
      const leaf = await aLeaf(noise(2 * mebibyte))
      await keep(provider.blocks, leaf)

      const stream = await open(host, provider)
      const closed = new Promise((resolve) => stream.addEventListener('close', resolve))
      const frames = lpStream(stream)
      await frames.write(Buffer.concat(Array.from({ length: 32 }, () => leaf.cid.bytes)))
      frames.unwrap()
      stream.pause()

      await closed
    })
})

async function lastLeaf(host: TestHost, root: CID): Promise<CID> {
  const cids = [root]
  for (const cid of cids) cids.push(...linksOf(cid, await host.blocks.read(cid)))
  return cids.at(-1)!
}

/** The same host, whose store calls back once it has taken some blocks. */
function countingBlocks(host: TestHost, count: number, then: () => void): TestHost {
  let taken = 0
  const blocks = Object.create(host.blocks, {
    put: {
      value: async (cid: CID, block: Uint8Array) => {
        await host.blocks.put(cid, block)
        taken += 1
        if (taken === count) then()
        return cid
      },
    },
    read: { value: (cid: CID) => host.blocks.read(cid) },
    soundSize: { value: (cid: CID) => host.blocks.soundSize(cid) },
  })
  return { ...host, blocks }
}
