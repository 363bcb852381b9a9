import { Multiaddr } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import {
  aDelivery,
  anAward,
  anOffer,
  aRegistration,
  blockId,
  bob,
  cid,
  encoderProfile,
  hashHex,
  hbd,
  height,
  jobId,
  salt,
} from './builders.ts'

/** One good operation of each kind. */
export const operations: { readonly [T in Operation['t']]: Extract<Operation, { t: T }> } = {
  'node.register': aRegistration({
    roles: ['encoder', 'arbiter'],
    addresses: [Multiaddr.parse('/ip4/127.0.0.1/tcp/4001')],
    encoder: encoderProfile,
    arbiter: { fee: hbd(1n) },
  }),
  'node.update': {
    v: 1,
    t: 'node.update',
    addresses: [Multiaddr.parse('/ip4/127.0.0.1/tcp/4002')],
    encoder: { prices: [{ rendition: '1080p', perMinute: hbd(9n) }], workers: 4 },
    arbiter: { fee: hbd(2n) },
  },
  'node.retire': { v: 1, t: 'node.retire' },
  'job.offer': anOffer(),
  'job.cancel': { v: 1, t: 'job.cancel', job: jobId('alice') },
  'job.award': anAward(),
  'job.deliver': aDelivery(anOffer()),
  'job.attest': {
    v: 1,
    t: 'job.attest',
    job: jobId('alice'),
    root: cid('root'),
    verdict: 'fail',
    salt,
    seed: hashHex('seed'),
    challenged: [3, 1, 2],
    faults: [
      {
        code: 'quality-low',
        rendition: '480p',
        segment: 3,
        evidence: { figure: 'noise-gain', measured: 4_500, limit: 2_750 },
      },
    ],
  },
  'job.evidence': {
    v: 1,
    t: 'job.evidence',
    job: jobId('alice'),
    text: 'The second half is black.',
    evidence: cid('picture'),
  },
  'job.ruling': {
    v: 1,
    t: 'job.ruling',
    job: jobId('alice'),
    root: cid('root'),
    verdict: 'pass',
    toEncoder: hbd(2n),
    toCreator: hbd(1n),
    faults: [],
  },
  'encoder.rate': { v: 1, t: 'encoder.rate', job: jobId('alice'), encoder: bob, stars: 5 },
  checkpoint: {
    v: 1,
    t: 'checkpoint',
    height: height(1_000),
    block: blockId(1_000),
    hash: hashHex('state'),
  },
}
