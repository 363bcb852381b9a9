import { defineConfig } from 'vitest/config'

/** Suites that try every combination. They take too long to be part of `npm test`. */
export default defineConfig({
  test: {
    name: 'matrix',
    include: ['test/matrix/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
})
