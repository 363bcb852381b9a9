import { expect, test } from 'vitest'
import { checkBids } from '#market/domain/check-bids.ts'
import { sealedUntil } from '#market/domain/sealed-bidding.ts'
import { BidRecord } from '#protocol/api/bid-record.ts'
import type { Bid } from '#protocol/bid.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import {
  aBid,
  account,
  anOffer,
  hashHex,
  hbd,
  jobId,
  sha256,
  time,
} from '#test/support/builders.ts'
import { sealed } from '#test/support/sealed.ts'

const offer = anOffer({ sealedUntil: time(1_000_050) })
const bid = aBid({ salt: hashHex('bob') })
const sealOf = (of: Bid) =>
  sealed(of.encoder, {
    ...{ v: 1, type: 'sealed-bid', job: of.job, encoder: of.encoder },
    ...{ bid: bidHash(of, sha256), expires: of.expires },
  } as const)
const record = (overrides: Partial<BidRecord> = {}): BidRecord => ({
  ...{ offer, seals: [sealOf(bid)], bids: [sealed('bob', bid)] },
  ...{ awarded: bidHash(bid, sha256), ...overrides },
})

/** An account signed what carries the signature that its key makes. */
async function faultsOf(checked: BidRecord): Promise<readonly (string | null)[]> {
  const isSigned = async ({
    body,
    author,
    signature,
  }: Parameters<Parameters<typeof checkBids>[1]['isSigned']>[0]) =>
    sealed(author, body).signature === signature
  const { findings, isAwardAmongThem } = await checkBids(checked, { sha256, isSigned })
  return [...findings.map(({ fault }) => fault), isAwardAmongThem ? null : 'award']
}

test('a record is sound where each bid opens its seal and the award is one of them, also after it was written down', async () => {
  expect(await faultsOf(record())).toEqual([null, null, null])
  const written = JSON.parse(JSON.stringify(BidRecord.encode(record())))
  expect(await faultsOf(BidRecord.parse(written))).toEqual([null, null, null])
})

test.each<[string, Partial<BidRecord>, readonly (string | null)[]]>([
  ['a bid without a seal', { seals: [] }, ['was not sealed in time', 'award']],
  ['a seal that was not opened', { bids: [], awarded: null }, ['never opened', null]],
  [
    'a bid that was changed after it was signed',
    { bids: [{ ...sealed('bob', bid), body: { ...bid, price: hbd(1n) } }] },
    ['never opened', 'is not signed by its author', 'award'],
  ],
  [
    'another bid than the sealed one',
    { bids: [sealed('bob', { ...bid, price: hbd(1n) })] },
    ['never opened', 'differs from what was sealed', 'award'],
  ],
  [
    'a bid in the name of another',
    { bids: [sealed('dave', bid)] },
    [null, 'is signed by another account', 'award'],
  ],
  [
    'a bid for another job',
    { seals: [], bids: [sealed('bob', { ...bid, job: jobId('alice', 2) })] },
    ['is for another job', 'award'],
  ],
  ['an award of what nobody bid', { awarded: hashHex('another') }, [null, null, 'award']],
])('%s is found', async (_, overrides, faults) => {
  expect(await faultsOf(record(overrides))).toEqual(faults)
})

test('open bids need no seal, but keep to the offer', async () => {
  const open = { offer: anOffer(), seals: [] }
  expect(await faultsOf(record(open))).toEqual([null, null])
  const dear = aBid({ price: hbd(11n) })
  const late = aBid({ encoder: account('dave'), readyBy: time(2_000_000) })
  const bids = [sealed('bob', dear), sealed('dave', late)]
  expect(await faultsOf(record({ ...open, bids, awarded: null }))).toEqual([
    ...['asks more than the ceiling', 'promises later than the deadline', null],
  ])
})

test('half of the time for bids is for opening them, a minute at the most', () => {
  expect(sealedUntil(time(100), time(130))).toBe(115)
  expect(sealedUntil(time(100), time(1_100))).toBe(1_040)
  expect(sealedUntil(time(100), time(101))).toBe(100)
})
