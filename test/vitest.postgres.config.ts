import { defineConfig } from 'vitest/config'

/** `npm run test:postgres`: what is kept in Postgres, on the server that `TEST_DATABASE_URL` names. */
export default defineConfig({
  test: {
    root: '.',
    include: [
      'test/market/adapters/postgres/**/*.test.ts',
      'test/market/api/**/*.test.ts',
      'test/node/indexer/indexer.test.ts',
      'test/node/indexer-chain.test.ts',
      'test/node/monitoring/**/*.test.ts',
      'test/node/webhooks/start-webhooks.test.ts',
    ],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
