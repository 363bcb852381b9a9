import { adversaries } from '../support/adversaries/all.ts'
import { describeKilledAdversaries } from '../support/killed-adversaries.ts'

/** Everything that anybody can do wrong, each under several schedules of kills. `npm run test:matrix` runs it. */

describeKilledAdversaries(adversaries, { seeds: [1, 2], kills: 6 })
