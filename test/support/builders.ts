import { createHash } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create as createDigest } from 'multiformats/hashes/digest'
import { sha256 as sha2 } from 'multiformats/hashes/sha2'
import type { SourceProfile } from '#market/ports/encoding-engine.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { JobAward } from '#protocol/award.ts'
import type { Bid } from '#protocol/bid.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, hexToBytes } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { EncoderProfile } from '#protocol/encoder.ts'
import {
  BlockHeight,
  BlockId,
  ChainTime,
  Cid,
  EscrowId,
  HiveAccount,
  JobId,
  PeerId,
  Sha256Hex,
  TransactionId,
} from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { trackSpan } from '#protocol/range.ts'
import type { NodeRegister } from '#protocol/registration.ts'

/** Values for tests: whole and valid, with what a test is about given by name. */

export const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest())

export const account = (name: string): HiveAccount => HiveAccount.parse(name)
export const alice = account('alice')
export const bob = account('bob')
export const carol = account('carol')

export const hbd = (milli: bigint): MilliHbd => milliHbd(milli)
export const height = (value: number): BlockHeight => BlockHeight.parse(value)
export const time = (value: number): ChainTime => ChainTime.parse(value)
export const escrowId = (value: number): EscrowId => EscrowId.parse(value)
export const jobId = (creator: string, number = 1): JobId =>
  JobId.parse(`${creator}:${number.toString(16).padStart(16, '0')}`)

/** Any text as the hash of something. */
export const hashHex = (text: string): Sha256Hex =>
  Sha256Hex.parse(createHash('sha256').update(text).digest('hex'))
export const transactionId = (text: string): TransactionId =>
  TransactionId.parse(hashHex(text).slice(0, 40))
export const blockId = (number: number, branch = ''): BlockId =>
  BlockId.parse(
    number.toString(16).padStart(8, '0') + hashHex(`block ${number} ${branch}`).slice(0, 32),
  )

/** Any text as a content id that no content has. */
export function cid(text: string): Cid {
  const digest = createHash('sha256').update(text).digest()
  return Cid.parse(CID.createV1(raw.code, createDigest(sha2.code, digest)).toString())
}

/** Any text as the peer id of a key that nobody has. */
export const peerId = (text: string): PeerId => {
  const key = createHash('sha256').update(text).digest()
  const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
  return PeerId.parse(base58btc.baseEncode(Buffer.concat([prefix, key])))
}

export const salt = hashHex('salt')
const saltHash = Sha256Hex.parse(bytesToHex(sha256(hexToBytes(salt))))

export const encoderProfile: EncoderProfile = {
  class: { cid: cid('class'), ffmpeg: '5.1.9', x264: '164' },
  workers: 2,
  prices: [{ rendition: '480p', perMinute: hbd(5n) }],
}

/** What is known of ten seconds of film. */
export function aProfile(overrides: Partial<SourceProfile> = {}): SourceProfile {
  const { width, height } = { width: 854, height: 480, ...overrides }
  return {
    ...{ bytes: 1_000_000, width, height },
    ...{ codec: 'h264', videoStream: 0, audioStream: 1 },
    rate: { numerator: 24, denominator: 1 },
    frames: 240,
    longestGopSeconds: 2,
    videoKbps: 1_000,
    own: {
      ...{ codec: 'h264', profile: 'High', level: 31, width, height },
      isPlain: false,
      keyFrames: [0],
    },
    ...overrides,
  }
}

export function aRegistration(overrides: Partial<NodeRegister> = {}): NodeRegister {
  return {
    v: 1,
    t: 'node.register',
    peer: peerId('a'),
    addresses: [],
    roles: ['creator'],
    ...overrides,
  }
}

export function anOffer(overrides: Partial<JobOffer> = {}): JobOffer {
  return {
    v: 1,
    t: 'job.offer',
    job: jobId('alice'),
    source: {
      cid: cid('source'),
      bytes: 4_139_823,
      width: 854,
      height: 480,
      codec: 'h264',
      videoStream: 0,
      audioStream: 1,
    },
    grid: {
      rate: { numerator: 24, denominator: 1 },
      frames: 720,
      segmentFrames: 96,
      partSegments: 4,
      leadSeconds: 3,
    },
    recipe: 'h264-ts-4',
    ladder: [{ name: '480p', width: 854, height: 480, kbps: 1_000, profile: 'main', level: '3.1' }],
    ceiling: hbd(10n),
    bidsUntil: time(1_000_100),
    deliverBy: time(1_001_000),
    arbiters: [carol],
    saltHash,
    ...overrides,
  }
}

export function aBid(overrides: Partial<Bid> = {}): Bid {
  return {
    v: 1,
    type: 'bid',
    job: jobId('alice'),
    encoder: bob,
    price: hbd(3n),
    readyBy: time(1_000_500),
    expires: time(1_000_300),
    arbiters: [carol],
    speed: 2_000,
    ...overrides,
  }
}

export function anAward(overrides: Partial<JobAward> = {}): JobAward {
  return {
    v: 1,
    t: 'job.award',
    job: jobId('alice'),
    encoder: bob,
    arbiter: carol,
    price: hbd(3n),
    readyBy: time(1_000_500),
    bid: hashHex('bid'),
    escrow: escrowId(1),
    ...overrides,
  }
}

/** A delivery that has the shape its offer asks for. */
export function aDelivery(offer: JobOffer, overrides: Partial<JobDeliver> = {}): JobDeliver {
  const names = offer.ladder.map(({ name }) => name)
  const tracks = offer.source.audioStream === undefined ? names : [...names, 'audio']
  const renditions = tracks.map((name) => {
    const { segments } = trackSpan(offer.grid, name)
    return { name, segments, bytes: 1_000 * segments }
  })
  return {
    v: 1,
    t: 'job.deliver',
    job: offer.job,
    root: cid('root'),
    manifest: cid('manifest'),
    merkleRoot: hashHex('merkle'),
    leaves: renditions.reduce((sum, { segments }) => sum + segments, 0),
    renditions,
    milliseconds: { fetch: 100, encode: 2_000 },
    ...overrides,
  }
}
