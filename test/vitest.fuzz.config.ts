import { defineConfig } from 'vitest/config'

/** `npm run fuzz:api`: many more requests than the tests send. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/node/indexer/fuzz.test.ts'],
    provide: { fuzzRequests: 25_000 },
  },
})
