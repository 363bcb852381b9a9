import { describeKilledIndexer } from '../support/killed-indexer.ts'

/** `npm run test:matrix` plays more of them. */

describeKilledIndexer({ seeds: [1], jobs: 40, kills: 2 })
