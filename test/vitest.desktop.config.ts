import { defineConfig } from 'vitest/config'

/** `npm run desktop:test`: the desktop shell, driven as its user does it, on a screen that nobody sees. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/desktop/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
})
