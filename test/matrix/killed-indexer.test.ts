import { describeKilledIndexer } from '../support/killed-indexer.ts'

/** More deaths, at other moments. Takes too long for each run of the tests; `npm run test:matrix` runs it. */

describeKilledIndexer({ seeds: [2, 3, 4, 5, 6, 7, 8, 9], jobs: 150, kills: 6 })
