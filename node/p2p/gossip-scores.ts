import type { GossipsubOpts } from '@libp2p/gossipsub'
import { createTopicScoreParams } from '@libp2p/gossipsub/score'
import { topicNames } from '#protocol/topics.ts'
import type { Reach } from './reach.ts'

/**
 * How gossip rates its peers. A message that was rejected costs the square of how many there were, ten times over, and is forgiven within
 * a minute: one may be an honest peer's bad luck, three at once end below the graylist's threshold of -80, and all that peer says is
 * then ignored. Being silent costs nothing, because the market's topics are quiet for hours.
 */
const topicScore = createTopicScoreParams({
  topicWeight: 1,
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0.1,
  firstMessageDeliveriesDecay: 0.9,
  firstMessageDeliveriesCap: 100,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.9,
})

/** On one machine all peers have one address, and are not to be rated for it. */
export function gossipScores(
  operationId: string,
  reach: Reach,
): NonNullable<GossipsubOpts['scoreParams']> {
  const topics = Object.fromEntries(topicNames(operationId).map((name) => [name, topicScore]))
  return { topics, ...(reach === 'loopback' ? { IPColocationFactorWeight: 0 } : {}) }
}
