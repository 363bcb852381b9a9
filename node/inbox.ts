import type { Libp2p } from '@libp2p/interface'
import type { MarketFeed } from '#market/services/market-feed.ts'
import type { Acknowledged } from '#protocol/calls.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import type { Logger } from './logger.ts'
import { marketOperation } from './p2p/announcement.ts'
import { serveCalls } from './p2p/calls.ts'
import type { GossipHandlers } from './p2p/gossip-bus.ts'
import type { PresenceBoard } from './p2p/presence-board.ts'
import { createRateLimit } from './p2p/rate-limit.ts'
import type { ValidatorDeps } from './p2p/validators.ts'
import { checkAnnouncement, checkEnvelope } from './p2p/validators.ts'
import { createWaitingRoom } from './p2p/waiting-room.ts'
import type { ReplicaKeeper } from './replication/replica-keeper.ts'
import type { Roles } from './roles.ts'

/** What gossip brings, judged good, goes to the roles that it concerns. */
export function gossipHandlers(
  roles: () => Roles,
  {
    presence,
    feed,
    live,
  }: {
    readonly presence: PresenceBoard
    readonly feed: MarketFeed
    readonly live: GossipHandlers
  },
  operationId: string,
): GossipHandlers {
  return {
    offers: (message) => {
      const { transaction } = message
      live.offers?.(message)
      const operation = marketOperation(transaction, operationId)
      if (operation?.t === 'job.offer') feed.heardOffer(operation)
      hearTransaction(roles(), transaction, operationId)
    },
    bids: (envelope) => {
      live.bids?.(envelope)
      feed.heardBid(envelope.body)
      roles().creator?.receiveBid(envelope)
    },
    progress: (envelope) => {
      live.progress?.(envelope)
      feed.heardProgress(envelope.body)
    },
    seals: (envelope) => {
      live.seals?.(envelope)
      roles().creator?.receiveSeal(envelope)
    },
    presence: (envelope) => {
      live.presence?.(envelope)
      presence.hear(envelope.body)
    },
  }
}

/** Calls of one peer: an encoder tells each of its jobs' progress about once a second. */
const callRate = { burst: 100, perSecond: 10, senders: 10_000 }

/** Calls under way at a time, of all peers: each takes milliseconds, unless its caller means to hold it. */
const callsAtOnce = 256

/** Answers direct calls; each is checked as gossip is. */
export async function answerCalls({
  libp2p,
  logger,
  roles,
  validation,
  replicas,
}: {
  readonly libp2p: Libp2p
  readonly logger: Logger
  readonly roles: Roles
  readonly validation: ValidatorDeps
  /** Null where the node is no gateway. */
  readonly replicas: ReplicaKeeper | null
}): Promise<void> {
  const { creator, encoder } = roles
  const isWithinRate = createRateLimit(Date.now, callRate)
  const deps = { libp2p, logger, isWithinRate, waiting: createWaitingRoom(callsAtOnce) }
  const ifSealed = async <Body extends EnvelopeBody>(
    envelope: Envelope<Body>,
    speaker: HiveAccount,
    take: (envelope: Envelope<Body>) => Acknowledged,
  ): Promise<Acknowledged> => {
    const finding = await checkEnvelope(envelope, speaker, Number.POSITIVE_INFINITY, validation)
    return finding === 'good' ? take(envelope) : { accepted: false, reason: finding }
  }
  if (replicas)
    await serveCalls(deps, 'replicate', async (asked, from) =>
      replicas.answer(asked, from.toString()),
    )
  if (creator) {
    await serveCalls(deps, 'bid', (bid) => ifSealed(bid, bid.body.encoder, creator.receiveBid))
    await serveCalls(deps, 'seal', (seal) => ifSealed(seal, seal.body.encoder, creator.receiveSeal))
    await serveCalls(deps, 'progress', (report) =>
      ifSealed(report, report.body.encoder, creator.receiveProgress),
    )
  }
  if (encoder) {
    await serveCalls(deps, 'award', async ({ transaction }) => {
      const finding = await checkAnnouncement(transaction, validation)
      if (finding !== 'good') return { accepted: false, reason: finding }
      hearTransaction(roles, transaction, validation.operationId)
      return { accepted: true }
    })
  }
}

function hearTransaction(
  { encoder }: Roles,
  transaction: SignedTransaction,
  operationId: string,
): void {
  const operation = marketOperation(transaction, operationId)
  if (operation?.t === 'job.offer') encoder?.considerOffer(operation)
  if (operation?.t === 'job.award') encoder?.hearAward(operation)
}
