import { canonicalHash } from '#protocol/canonical.ts'
import { wireBody } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { transactionId } from '../chain/transactions.ts'
import { sha256 } from '../sha256.ts'
import { announcedOperation } from './announcement.ts'

/** Who speaks in a message, and what makes it the same message, however its bytes or its signature are written. */
export type MessageIdentity = { readonly author: HiveAccount; readonly key: string }

/**
 * Seconds in which one announcement of a transaction is as good as another. `announcedAt` is not signed, so without slots anybody could
 * say somebody's offer again as often as there are numbers. Creators repeat theirs at longer intervals.
 */
const slotSeconds = 10

/** Null for a message that is nobody's: a transaction that announces nothing. */
export function identityOf(
  message: TopicMessage<Topic>,
  operationId: string,
): MessageIdentity | null {
  if ('body' in message)
    return { author: message.author, key: canonicalHash(wireBody(message.body), sha256) }
  const operation = announcedOperation(message.transaction, operationId)
  if (!operation) return null
  const slot = Math.floor(message.announcedAt / slotSeconds)
  return {
    author: jobCreator(operation.job),
    key: `${transactionId(message.transaction)} ${slot}`,
  }
}
