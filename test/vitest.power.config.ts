import { defineConfig } from 'vitest/config'

/** Power cuts at every step that a process takes on the disk. Needs strace, and so Linux. */
export default defineConfig({
  test: {
    name: 'power',
    include: ['test/power/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
