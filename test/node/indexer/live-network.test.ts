import { randomUUID } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { customJson } from '#market/domain/hive-operations.ts'
import { marketJobOf } from '#market/domain/market-job-of.ts'
import { usualSelection } from '#market/domain/selection.ts'
import { calibrationFile } from '#node/encoding/engine.ts'
import { networks } from '#node/networks.ts'
import type { Peer } from '#node/peer.ts'
import { startPeer } from '#node/peer.ts'
import { uploadsPath } from '#protocol/api/uploads.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Operation } from '#protocol/operation.ts'
import {
  account,
  alice,
  anOffer,
  aRegistration,
  bob,
  hbd,
  jobId,
  time,
} from '#test/support/builders.ts'
import { makeFolder, searchPath, untroubled } from '#test/support/ffmpeg.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'
import { aLocalSigner } from '#test/support/local-signer.ts'
import { silent } from '#test/support/peers.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

/** An indexer and an encoder that have only the chain in common, and a creator who has only a wallet. */

// Each waits for several blocks and for peers to find each other.
vi.setConfig({ testTimeout: 120_000 })

const patient = { timeout: 30_000, interval: 100 }
const arbiter = account('arbiter')
const market = '/api/encoding/market/jobs'
const queued = EncodingJobId.parse(randomUUID())
const job = marketJobOf(alice, queued)

let folder: string
let indexer: TestIndexer
let encoder: Peer
let clip: Buffer

beforeAll(async () => {
  folder = await makeFolder()
  const file = join(folder, 'clip.mp4')
  const data = await makeFolder()
  await makeTinyClip(file)
  clip = await readFile(file)
  const wealthy = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
  indexer = await anIndexer(
    { data },
    {
      accounts: { alice: wealthy, bob: wealthy, arbiter: wealthy },
      pace: { type: 'interval', seconds: 0.25 },
    },
  )
  await copyFile(join(data, calibrationFile), join(folder, calibrationFile))
  encoder = await startPeer(encoderConfig(), {
    keys: { names: [], signer: aLocalSigner('bob') },
    ...{ logger: silent, signal: untroubled, dryRun: null },
  })
}, 90_000)

afterAll(async () => {
  await encoder?.[Symbol.asyncDispose]()
  await indexer?.[Symbol.asyncDispose]()
}, 30_000)

function encoderConfig(): Parameters<typeof startPeer>[0] {
  const network = networks.devchain
  const ffmpeg = { ffmpegPath: undefined, ffprobePath: undefined, searchPath }
  return {
    ...{ account: bob, roles: ['encoder'], network, rpc: [indexer.devchain.url], data: folder },
    ...{
      listen: network.listen,
      announce: [],
      upnp: false,
      bootstrap: [],
      port: 0,
      denyList: null,
      agent: null,
      allowance: null,
    },
    ...{ pollMs: 100, ffmpeg, arbiter: { fee: hbd(1n) } },
    encoder: {
      ...{ workers: 1, hardware: 'off', slots: 1 },
      ...{ pricePercent: 100n, firmSeconds: 100_000, marginSeconds: 600 },
    },
    creator: {
      ...{ bidSeconds: 30, ratificationSeconds: 180, deadlineSeconds: 600 },
      ...{ ceilingPercent: 200n, escrowLimit: undefined, codec: 'h264' },
      selection: usualSelection,
    },
  }
}

const say = (who: string, operation: Operation): Promise<string> =>
  indexer.devchain.broadcast(
    [customJson(networks.devchain.operationId, account(who), operation) as never],
    [who, 'posting'],
  )

async function read(path: string): Promise<unknown> {
  return (await indexer.call('GET', path)).body
}

/** Uploads the clip as a browser does, and resolves to its id once it is content. */
async function upload(token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  const begun = await fetch(`${indexer.url}${uploadsPath}`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(clip.length) },
  })
  const place = new URL(begun.headers.get('location') ?? '', indexer.url)
  const type = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
  const body = new Uint8Array(clip)
  await fetch(place, { method: 'PATCH', headers: { ...headers, ...type }, body })
  const status = async () =>
    (await indexer.call('GET', place.pathname, { token })).body as { phase: string; cid: string }
  await expect.poll(async () => (await status()).phase, patient).toBe('ready')
  return (await status()).cid
}

async function chainTime(): Promise<number> {
  await expect.poll(() => read('/api/encoding/network'), patient).toMatchObject({ at: {} })
  const { at } = (await read('/api/encoding/network')) as { at: { time: number } }
  return at.time
}

test('an encoder that the registry names is found, and what it says of itself is heard', async () => {
  await say('arbiter', aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))
  await expect
    .poll(() => read('/health'), patient)
    .toMatchObject({
      checks: expect.arrayContaining([
        { name: 'network', ok: true, detail: 'connected to 1 peers' },
      ]),
    })
  await expect.poll(() => read('/api/encoding/network'), patient).toMatchObject({ present: 1 })
  const metrics = String(await read('/metrics'))
  expect(metrics).toContain('spk_encoder_peers 1')
  expect(metrics).toMatch(/gossip_messages_total\{topic="presence",outcome="kept"\} [1-9]/)
})

test('a bid that is sealed is shown as such until it is opened', async () => {
  const now = await chainTime()
  const sealedUntil = time(now + 120)
  const offer = anOffer({
    ...{ job: jobId('arbiter', 3), arbiters: [arbiter], ceiling: hbd(1_000n), sealedUntil },
    ...{ bidsUntil: time(now + 3_000), deliverBy: time(now + 200_000) },
  })
  await say('arbiter', offer)

  const bids = `/api/encoding/community/bids/${offer.job}`
  const sealed = { bids: [], ranking: [], sealed: [{ encoder: 'bob', sealedUntil }] }
  await expect.poll(() => read(bids), patient).toMatchObject(sealed)
  expect(await read(`${market}?creator=arbiter`)).toMatchObject({ jobs: [{ bids: 1 }] })
  const opened = { sealed: [], ranking: [{ encoder: 'bob', excluded: null, rank: 1 }] }
  await expect.poll(() => read(bids), patient).toMatchObject(opened)
  await say('arbiter', { v: 1, t: 'job.cancel', job: offer.job })
})

test('what was uploaded reaches the encoder that was awarded the job, from the indexer alone', async () => {
  const token = await indexer.signIn('alice')
  const cid = await upload(token)
  const wanted = { id: queued, permlink: 'a-video', inputCid: cid, qualities: ['480p'] }
  const terms = { tiers: ['community'], budget: '1.000 HBD' }
  const submitted = await indexer.call('POST', '/api/encoding/jobs', {
    ...{ token, body: { ...wanted, ...terms } },
  })
  expect(submitted.status).toBe(200)
  const now = await chainTime()
  const usual = anOffer()
  const offer = anOffer({
    ...{ job, arbiters: [arbiter], ceiling: hbd(1_000n) },
    ...{ bidsUntil: time(now + 3_000), deliverBy: time(now + 200_000) },
    source: { ...usual.source, cid: cid as never, bytes: clip.length },
  })
  await say('alice', offer)

  const withBid = { job, phase: 'offered', bids: [{ encoder: 'bob' }] }
  await expect.poll(() => read(`${market}/${job}`), patient).toMatchObject(withBid)
  expect(await read(`${market}?creator=alice`)).toMatchObject({ jobs: [{ job, bids: 1 }] })

  const accept = '/api/encoding/community/accept'
  const award = await indexer.call('POST', accept, { token, body: { job, encoder: 'bob' } })
  expect(award.status).toBe(200)
  const { operations } = award.body as { operations: never[] }
  await indexer.devchain.broadcast(operations, 'alice')
  const shown = { phase: 'awarded', encoder: 'bob' }
  await expect.poll(() => read(`${market}/${job}`), patient).toMatchObject(shown)

  const leased = { phase: 'leased', marketJob: job, assignedEncoderId: '@bob' }
  await expect.poll(() => read(`/api/encoding/jobs/${queued}`), patient).toMatchObject(leased)
  const atEncoder = async (): Promise<number> => (await fetch(`${encoder.url}/ipfs/${cid}`)).status
  await expect.poll(atEncoder, patient).toBe(200)
  const fetched = await (await fetch(`${encoder.url}/ipfs/${cid}`)).arrayBuffer()
  expect(Buffer.from(fetched).equals(clip)).toBe(true)
})
