import { defineConfig } from 'vitest/config'

/** Every kind of input that FFmpeg can make, each encoded or refused, and what became of each; then every kind of tree in a browser. */
export default defineConfig({
  test: {
    root: '.',
    include: [
      'test/media/{bad-share,edge-cases,recipe-cheats}.test.ts',
      'test/node/encoding/heavy-pictures.test.ts',
      'test/playback/**/*.test.ts',
    ],
    maxWorkers: 2,
    provide: { edgeCases: 'all' },
    // As in every run: Chromium that plays while FFmpeg encodes beside it stalls now and then.
    retry: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
})
