import { describeKills } from '../support/kill-suite.ts'
import { processNames } from '../support/local-market.ts'

/** At each step those who act in it; wherever money is about to move, everybody at once. `npm run test:matrix` kills each at each. */

const encoders = ['swift-encoder', 'thrifty-encoder'] as const

describeKills([
  { step: 'source-published', victims: ['creator'] },
  { step: 'offer-signed', victims: ['devchain'] },
  { step: 'offer-confirmed', victims: encoders },
  { step: 'bid-received', victims: ['creator'] },
  { step: 'award-signed', victims: processNames },
  { step: 'award-confirmed', victims: [...encoders, 'arbiter'] },
  { step: 'escrow-approved', victims: ['creator'] },
  { step: 'progress encoding', victims: encoders },
  { step: 'progress uploading', victims: encoders },
  { step: 'delivered', victims: ['creator'] },
  { step: 'check-progress fetching', victims: encoders },
  { step: 'check-progress structure', victims: ['creator'] },
  { step: 'check-progress awaiting-seed', victims: ['devchain'] },
  { step: 'check-progress challenge', victims: ['creator'] },
  { step: 'checked', victims: ['devchain'] },
  { step: 'settlement-signed', victims: processNames },
  { step: 'paid', victims: ['creator'] },
])
