import { expect, test } from 'vitest'
import type { AwardedJob } from '#contracts/job.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { serveBlocks } from '#node/p2p/block-server.ts'
import type { HoldersOf } from '#node/processing/source-fetch.ts'
import { createSourceFetch } from '#node/processing/source-fetch.ts'
import { sourceHolders } from '#node/processing/source-holders.ts'
import { startSourceWindows } from '#node/processing/source-windows.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import {
  account,
  alice,
  anAward,
  anOffer,
  bob,
  carol,
  height,
  jobId,
  time,
  transactionId,
} from '#test/support/builders.ts'
import { noise } from '#test/support/content.ts'
import { untroubled } from '#test/support/ffmpeg.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aFetcher, aHost, aRegistry, silent } from '#test/support/peers.ts'

const mebibyte = 1024 * 1024
const offeredAt = {
  ...{ height: height(1), time: time(1) },
  transaction: transactionId('offer'),
}
const pins = { pin: () => undefined, unpin: () => undefined, pinned: () => [] }

/** Blocks of a host, counted. */
async function blocksIn({ blocks }: TestHost): Promise<number> {
  let count = 0
  for await (const _ of blocks.getAll()) count += 1
  return count
}

test('of a range, an encoder fetches the windows that it reads and nothing more', async () => {
  await using creator = await aHost()
  await serveBlocks({ libp2p: creator.libp2p, blocks: creator.blocks, logger: silent })
  await using encoder = await aHost()
  const nobody = { fetch: () => Promise.reject(new Error('a creator fetches nothing')) }
  const film = noise(40 * mebibyte, 'film')
  const { cid } = await createContentStore({ ...creator, pins, fetcher: nobody }).addBytes(film)
  const fetcher = aFetcher(encoder, { alice: creator })
  const content = createContentStore({ blocks: encoder.blocks, pins, fetcher })
  const whole = anOffer()
  const range = { first: 1, parts: 1 }
  const offer = {
    ...{ ...whole, grid: { ...whole.grid, range } },
    source: { ...whole.source, cid, bytes: film.length },
  }
  const sources = createSourceFetch({ content, clock: { now: () => 0 } })

  await sources.fetch(offer, alice, { signal: untroubled })
  expect(await blocksIn(encoder)).toBe(2)
  await using windows = await startSourceWindows({ blocks: encoder.blocks, logger: silent })
  const bring = sources.bringing(offer, alice)
  await using source = await windows.open(cid, { signal: untroubled, bring })
  const [start, end] = [20 * mebibyte, 23 * mebibyte]
  const response = await fetch(source.input, { headers: { range: `bytes=${start}-${end - 1}` } })
  const read = Buffer.from(await response.arrayBuffer())

  expect(read.equals(film.subarray(start, end))).toBe(true)
  expect(await blocksIn(encoder)).toBe(2 + 3)
  expect(sources.bringing(whole, alice)).toBeUndefined()
  expect(source.signal.aborted).toBe(false)
})

test('a source whose creator has gone is had of whoever else encodes from it', async () => {
  await using other = await aHost()
  await serveBlocks({ libp2p: other.libp2p, blocks: other.blocks, logger: silent })
  await using encoder = await aHost()
  const nobody = { fetch: () => Promise.reject(new Error('this node fetches nothing')) }
  const film = noise(3 * mebibyte, 'shared film')
  const { cid } = await createContentStore({ ...other, pins, fetcher: nobody }).addBytes(film)
  const gone = await aHost()
  const fetcher = aFetcher(encoder, { alice: gone, carol: other })
  await gone[Symbol.asyncDispose]()
  const content = createContentStore({ blocks: encoder.blocks, pins, fetcher })
  const offered = anOffer()
  const offer = { ...offered, source: { ...offered.source, cid, bytes: film.length } }
  const awardedOf = (job: JobOffer, to: HiveAccount): AwardedJob => ({
    ...{ phase: 'awarded', id: job.job, creator: alice, offer: job, awardedAt: offeredAt },
    ...{ offeredAt, rejectedAwards: 0, silences: [], hwAccel: 'none', encoderClass: null },
    award: anAward({ encoder: to }),
  })
  const jobs = [
    awardedOf(offer, bob),
    awardedOf({ ...offer, job: jobId('alice', 2) }, carol),
    awardedOf(anOffer({ job: jobId('alice', 3) }), account('dave')),
  ]
  const ledger = aRegistry()
  const withJobs = {
    ...ledger,
    current: () => ({ ...ledger.current(), jobs: new Map(jobs.map((job) => [job.id, job])) }),
  }
  const holdersOf: HoldersOf = (asked, creator) => sourceHolders(withJobs, asked, creator)
  expect(holdersOf(offer, alice)).toEqual([alice, carol, bob])
  const sources = createSourceFetch({ content, clock: { now: () => 0 }, holdersOf })

  await sources.fetch(offer, alice, { signal: untroubled })

  expect(await content.isWhole(cid)).toBe(true)
})

test('of a whole video, an encoder has all of it before it begins', async () => {
  const asked: unknown[] = []
  const sources = createSourceFetch({
    clock: { now: () => 0 },
    content: {
      ...({} as Parameters<typeof createSourceFetch>[0]['content']),
      pin: () => undefined,
      fetch: async (_cid, _from, options) => {
        asked.push(options.span)
        return { blocks: 1, bytes: 1, local: 0 }
      },
      sizes: async (id) => ({ cid: id, bytes: anOffer().source.bytes, dagBytes: 1 }),
    },
  })

  expect(await sources.fetch(anOffer(), alice, { signal: untroubled })).toBe(0)
  expect(asked).toEqual([undefined])
})
