import { defineConfig } from 'vitest/config'

/** Every kind of input that FFmpeg can make, each encoded or refused; prints what became of each. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/media/edge-cases.test.ts'],
    provide: { edgeCases: 'all' },
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
