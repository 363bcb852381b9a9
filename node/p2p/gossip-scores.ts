import type { GossipsubOpts } from '@libp2p/gossipsub'
import { createTopicScoreParams } from '@libp2p/gossipsub/score'
import { topicNames } from '#protocol/topics.ts'
import type { PeerConduct } from './peer-conduct.ts'
import type { Reach } from './reach.ts'

/**
 * How gossip rates its peers. A message that was rejected costs the square of how many there were, ten times over, and is forgiven within
 * a minute: one may be an honest peer's bad luck, three at once end below the graylist's threshold of -80, and all that peer says is
 * then ignored. Messages above a peer's rate may be others' that it hands on: each costs little, and many in a row as much as a lie.
 * Being silent costs nothing, because the market's topics are quiet for hours.
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

/** What a point of conduct weighs: eight of them end at the graylist's threshold. */
const conductWeight = 10

/** On one machine all peers have one address, and are not to be rated for it. */
export function gossipScores(
  operationId: string,
  reach: Reach,
  conduct: Pick<PeerConduct, 'score'>,
): NonNullable<GossipsubOpts['scoreParams']> {
  const topics = Object.fromEntries(topicNames(operationId).map((name) => [name, topicScore]))
  return {
    topics,
    appSpecificScore: (peer) => conduct.score(peer),
    appSpecificWeight: conductWeight,
    ...(reach === 'loopback' ? { IPColocationFactorWeight: 0 } : {}),
  }
}
