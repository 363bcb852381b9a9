import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { customJson } from '#market/domain/hive-operations.ts'
import { marketJobOf } from '#market/domain/market-job-of.ts'
import { networks } from '#node/networks.ts'
import { uploadsPath } from '#protocol/api/uploads.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { alice, aRegistration, bob, carol, encoderProfile, hbd } from '#test/support/builders.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

/** A creator who has only a page: everything is prepared by the server, and signed elsewhere. */

const patient = { timeout: 30_000, interval: 50 }
const saltHash = createHash('sha256').update(randomBytes(32)).digest('hex')
const offerPath = '/api/encoding/community/offer'

let indexer: TestIndexer
let token: string
let cid: string

beforeAll(async () => {
  const wealthy = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
  indexer = await anIndexer(
    { developmentAccounts: [alice] },
    {
      accounts: { alice: wealthy, bob: {}, carol: {} },
      pace: { type: 'interval', seconds: 0.25 },
    },
  )
  token = await indexer.signIn('alice')
  for (const [who, operation] of [
    [bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile })],
    [carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(10n) } })],
  ] as const)
    await indexer.devchain.broadcast(
      [customJson(networks.devchain.operationId, who, operation) as never],
      [who, 'posting'],
    )
  cid = await upload()
}, 60_000)
afterAll(async () => await indexer?.[Symbol.asyncDispose]())

async function upload(): Promise<string> {
  const file = join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(file)
  const body = new Uint8Array(await readFile(file))
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  const begun = await fetch(`${indexer.url}${uploadsPath}`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(body.length) },
  })
  const place = new URL(begun.headers.get('location') ?? '', indexer.url)
  const type = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
  await fetch(place, { method: 'PATCH', headers: { ...headers, ...type }, body })
  const status = async () =>
    (await indexer.call('GET', place.pathname, { token })).body as { phase: string; cid: string }
  return await vi.waitFor(async () => {
    const { phase, cid } = await status()
    expect(phase).toBe('ready')
    return cid
  }, patient)
}

const Source = z.object({ cid: z.string(), seconds: z.number(), ladder: z.array(z.unknown()) })
const Quote = z.object({ encoders: z.number(), asks: z.unknown(), arbiters: z.array(z.unknown()) })
const Offer = z.object({ operations: z.array(z.unknown()), job: z.string() })
const Sent = z.object({ transaction: z.string() })

async function submit(terms: object): Promise<EncodingJobId> {
  const body = { permlink: 'a-video', inputCid: cid, ...terms }
  const answer = await indexer.call('POST', '/api/encoding/jobs', { token, body })
  return z.object({ job: z.object({ id: EncodingJobId }) }).parse(answer.body).job.id
}

test('a source is measured, and quoted by the price lists and arbiters of the registry', async () => {
  const path = `/api/encoding/sources/${cid}`
  const source = Source.parse((await indexer.call('GET', path, { token })).body)
  expect(source).toMatchObject({ cid, ladder: [{ name: expect.stringMatching(/p$/) }] })
  const { ladder, seconds } = source
  const ask = async () =>
    Quote.parse(
      (await indexer.call('POST', '/api/encoding/quote', { body: { ladder, seconds } })).body,
    )
  await expect.poll(ask, patient).toMatchObject({
    encoders: 1,
    asks: { low: expect.stringMatching(/^0\.\d{3} HBD$/) },
    arbiters: [{ account: 'carol', fee: '0.010 HBD' }],
  })
  const unknown = `bafkrei${'a'.repeat(52)}`
  expect(await indexer.call('GET', `/api/encoding/sources/${unknown}`, { token })).toMatchObject({
    status: 404,
    body: { code: 'not-found' },
  })
})

test('an offer that the server prepares is signed elsewhere, reaches the chain, and is its job’s', async () => {
  const budget = '0.500 HBD'
  const job = await submit({ tiers: ['community'], budget, durationSeconds: 1 })
  const asked = { job, saltHash, workSeconds: 3_600, arbiter: 'carol' }
  const prepared = await indexer.call('POST', offerPath, { token, body: asked })
  expect(prepared).toMatchObject({
    status: 200,
    body: { signer: 'alice', role: 'posting', ceiling: budget, arbiters: ['carol'] },
  })
  const { operations, job: id } = Offer.parse(prepared.body)
  expect(id).toBe(marketJobOf(alice, job))
  const signed = await indexer.call('POST', '/api/encoding/development/transactions', {
    body: { account: 'alice', role: 'posting', operations },
  })
  expect(Sent.parse(signed.body).transaction).toMatch(/^[0-9a-f]{40}$/)
  const linked = async () => (await indexer.call('GET', `/api/encoding/jobs/${job}`)).body
  await expect
    .poll(linked, patient)
    .toMatchObject({ marketJob: id, plan: [{ reason: { type: 'awaiting-bids' } }] })
  expect(await indexer.call('GET', `/api/encoding/market/jobs/${id}`)).toMatchObject({
    body: { phase: 'offered', ceiling: budget },
  })
  expect(await indexer.call('POST', offerPath, { token, body: asked })).toMatchObject({
    ...{ status: 409, body: { code: 'id-taken' } },
  })
})

test('bids are taken for no longer than encoders hold a bid, whatever the owner would wait', async () => {
  const path = '/api/encoding/settings/alice'
  const { status } = await indexer.call('PATCH', path, { token, body: { bidWaitSeconds: 86_400 } })
  expect(status).toBe(200)
  const job = await submit({ tiers: ['community'], budget: '0.500 HBD' })
  const { body } = await indexer.call('POST', offerPath, { token, body: { job, saltHash } })
  const { bidsUntil } = z.object({ bidsUntil: z.number() }).parse(body)
  const { at } = (await indexer.call('GET', '/api/encoding/network')).body as {
    readonly at: { readonly time: number }
  }
  expect(bidsUntil - at.time).toBeLessThan(3_600)
})

test('what cannot be offered is refused before anything is signed', async () => {
  const unpaid = await submit({ tiers: ['agent'] })
  const dear = await submit({ tiers: ['community'], budget: '1000.000 HBD' })
  const cheap = await submit({ tiers: ['community'], budget: '0.001 HBD' })
  const bobs = await indexer.signIn('bob')
  const refused = async (job: string, who: string, terms: object = {}): Promise<unknown> => {
    const body = { job, saltHash, ...terms }
    return (await indexer.call('POST', offerPath, { token: who, body })).body
  }
  expect(await refused(unpaid, token)).toMatchObject({ code: 'no-tier' })
  expect(await refused(dear, token)).toMatchObject({ code: 'funds-missing' })
  expect(await refused(cheap, token)).toMatchObject({ code: 'arbiter-missing' })
  expect(await refused(dear, token, { arbiter: 'bob' })).toMatchObject({ code: 'arbiter-missing' })
  expect(await refused(dear, bobs)).toMatchObject({ code: 'forbidden' })
})

test('the development signer signs for the accounts that it was given, and for nobody else', async () => {
  expect(await indexer.call('GET', '/api/encoding/site')).toMatchObject({
    body: { chain: 'devchain', isReal: false, developmentSigner: { accounts: ['alice'] } },
  })
  const challenge = { body: { account: 'alice' } }
  const asked = await indexer.call('POST', '/api/encoding/sessions/challenge', challenge)
  const { nonce, text } = z.object({ nonce: z.string(), text: z.string() }).parse(asked.body)
  const path = '/api/encoding/development/signatures'
  const signed = await indexer.call('POST', path, { body: { account: 'alice', message: text } })
  const { signature } = z.object({ signature: z.string() }).parse(signed.body)
  const body = { account: 'alice', nonce, signature }
  expect(await indexer.call('POST', '/api/encoding/sessions', { body })).toMatchObject({
    status: 200,
  })
  expect(
    await indexer.call('POST', path, { body: { account: 'bob', message: text } }),
  ).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  const foreign = { account: 'alice', role: 'posting', operations: [['vote', {}]] }
  const transactions = '/api/encoding/development/transactions'
  expect((await indexer.call('POST', transactions, { body: foreign })).status).not.toBe(200)
})
