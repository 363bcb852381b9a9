import { defineConfig } from 'vitest/config'

/** `npm run test:kubo`: a real Kubo on this machine, named by `KUBO_PATH`; nothing leaves 127.0.0.1. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/kubo/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
