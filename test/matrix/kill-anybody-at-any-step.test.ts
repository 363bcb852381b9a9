import { describeKills, steps } from '../support/kill-suite.ts'
import { processNames } from '../support/local-market.ts'

/** Every step with every process, alone and all together. Takes too long for each run of the tests; `npm run test:matrix` runs it. */

const victims = [...processNames.map((name) => [name]), processNames]

describeKills(steps.flatMap((step) => victims.map((names) => ({ step, victims: names }))))
