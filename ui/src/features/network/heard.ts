import type { MilliHbd } from '#protocol/amount.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { offerIn } from './offer-in.ts'

/** An offer that was heard by gossip, and who has bid for it since. */
export type HeardOffer = {
  readonly job: JobId
  readonly ceiling: MilliHbd
  readonly bidders: ReadonlySet<HiveAccount>
}

/** What a tab heard since it joined, the newest offer first. */
export type Heard = {
  readonly messages: number
  readonly offers: readonly HeardOffer[]
  /** Accounts that said that they are there. */
  readonly present: ReadonlySet<HiveAccount>
}

export const nothingHeard: Heard = { messages: 0, offers: [], present: new Set() }

/** Offers that are kept, and accounts of each kind: what strangers say must not fill a tab's memory. */
const offerLimit = 20
const accountLimit = 1_000

/** What is known once one more message came. */
export function hear(heard: Heard, message: TopicMessage<Topic>, operationId: string): Heard {
  const counted = { ...heard, messages: heard.messages + 1 }
  if ('transaction' in message) {
    const offer = offerIn(message.transaction, operationId)
    return offer ? { ...counted, offers: withOffer(heard.offers, offer) } : counted
  }
  const { body } = message
  if (body.type === 'presence')
    return { ...counted, present: withAccount(heard.present, body.account) }
  if (body.type !== 'bid' && body.type !== 'sealed-bid') return counted
  const offers = heard.offers.map((offer) =>
    offer.job === body.job
      ? { ...offer, bidders: withAccount(offer.bidders, body.encoder) }
      : offer,
  )
  return { ...counted, offers }
}

function withOffer(
  offers: readonly HeardOffer[],
  { job, ceiling }: Pick<HeardOffer, 'job' | 'ceiling'>,
): readonly HeardOffer[] {
  const known = offers.find((offer) => offer.job === job)
  const others = offers.filter((offer) => offer.job !== job)
  return [{ job, ceiling, bidders: known?.bidders ?? new Set<never>() }, ...others].slice(
    0,
    offerLimit,
  )
}

function withAccount(
  accounts: ReadonlySet<HiveAccount>,
  account: HiveAccount,
): ReadonlySet<HiveAccount> {
  return accounts.size < accountLimit ? new Set([...accounts, account]) : accounts
}
