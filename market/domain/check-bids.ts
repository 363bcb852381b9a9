import type { BidRecord } from '#protocol/api/bid-record.ts'
import type { Bid } from '#protocol/bid.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import { sealFault } from './sealed-bidding.ts'

/** What anybody finds of a signed bid or seal: nothing wrong, or what. */
export type BidFinding = {
  readonly encoder: HiveAccount
  readonly type: 'bid' | 'sealed-bid'
  /** Names a bid; a seal names the bid that it seals. */
  readonly bid: Sha256Hex
  readonly fault: string | null
}

export type BidCheck = {
  readonly findings: readonly BidFinding[]
  /** False where what was awarded is none of the bids without a fault; true while nothing is. */
  readonly isAwardAmongThem: boolean
}

type CheckDeps = {
  readonly sha256: Sha256
  /** Whether the envelope's author signed it, as the chain has its keys. */
  readonly isSigned: (envelope: Envelope<EnvelopeBody>) => Promise<boolean>
}

/** Checks a record of bids by itself, whoever hands it out: signatures, seals, and that the award is one of its bids. */
export async function checkBids(record: BidRecord, deps: CheckDeps): Promise<BidCheck> {
  const { offer, seals, bids, awarded } = record
  const sealedBy = new Map(seals.map(({ author, body }) => [author, body.bid] as const))
  const hashes = new Map(bids.map(({ body }) => [body, bidHash(body, deps.sha256)] as const))
  const hashOf = (bid: Bid): Sha256Hex => hashes.get(bid) ?? bidHash(bid, deps.sha256)
  const findings = await Promise.all([
    ...seals.map(async (seal): Promise<BidFinding> => {
      const { encoder, type, bid } = seal.body
      const isOpened = bids.some(({ body }) => hashOf(body) === bid)
      const fault = (await signingFault(seal, record, deps)) ?? (isOpened ? null : 'never opened')
      return { encoder, type, bid, fault }
    }),
    ...bids.map(async (envelope): Promise<BidFinding> => {
      const { encoder, type } = envelope.body
      const bid = hashOf(envelope.body)
      const fault =
        (await signingFault(envelope, record, deps)) ??
        sealFault(offer, bid, sealedBy.get(encoder)) ??
        termsFault(envelope.body, record)
      return { encoder, type, bid, fault }
    }),
  ])
  const sound = findings.filter(({ type, fault }) => type === 'bid' && fault === null)
  return {
    findings,
    isAwardAmongThem: awarded === null || sound.some(({ bid }) => bid === awarded),
  }
}

async function signingFault(
  envelope: BidRecord['seals'][number] | BidRecord['bids'][number],
  { offer }: BidRecord,
  { isSigned }: CheckDeps,
): Promise<string | null> {
  const { body, author } = envelope
  if (body.job !== offer.job) return 'is for another job'
  if (body.encoder !== author) return 'is signed by another account'
  return (await isSigned(envelope)) ? null : 'is not signed by its author'
}

function termsFault({ price, readyBy }: Bid, { offer }: BidRecord): string | null {
  if (price > offer.ceiling) return 'asks more than the ceiling'
  return readyBy > offer.deliverBy ? 'promises later than the deadline' : null
}
