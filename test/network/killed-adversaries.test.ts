import { adversaries } from '../support/adversaries/all.ts'
import { describeKilledAdversaries } from '../support/killed-adversaries.ts'

/** One wrong of each party under one schedule of kills. `npm run test:matrix` plays all, under more of them. */

const chosen = [
  'an encoder delivers one good rendition and one bad',
  'a creator awards a bid that has expired',
  'an arbiter rules against the evidence',
  'an RPC node sends on twice and answers twice',
  'two nodes run with the keys of one encoder',
]

describeKilledAdversaries(
  adversaries.filter(({ who }) => chosen.includes(who)),
  { seeds: [1], kills: 4 },
)
