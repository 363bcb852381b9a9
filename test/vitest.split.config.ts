import { defineConfig } from 'vitest/config'

/** `npm run test:split`: one video over several encoders, each participant a process of its own that can be killed. */
export default defineConfig({
  test: {
    name: 'split',
    root: '.',
    include: ['test/split/**/*.test.ts'],
    testTimeout: 590_000,
    hookTimeout: 180_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
})
