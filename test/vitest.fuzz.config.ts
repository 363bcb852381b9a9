import { defineConfig } from 'vitest/config'

/** `npm run fuzz:api`: many more requests than the tests send, and those of Schemathesis, made from the API's own description. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/node/indexer/fuzz.test.ts', 'test/fuzz/**/*.test.ts'],
    maxWorkers: 1,
    provide: { fuzzRequests: 25_000 },
  },
})
