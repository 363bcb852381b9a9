import { arbiterScenarios } from './arbiter-scenarios.ts'
import { creatorScenarios } from './creator-scenarios.ts'
import { encoderScenarios } from './encoder-scenarios.ts'
import type { Scenario } from './stage.ts'
import { twinScenarios } from './twin-scenarios.ts'

/** What each party can do wrong. */
export const scenarios: readonly Scenario[] = [
  ...encoderScenarios,
  ...creatorScenarios,
  ...arbiterScenarios,
  ...twinScenarios,
]
