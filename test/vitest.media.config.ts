import { defineConfig } from 'vitest/config'

const limits = { root: '.', testTimeout: 600_000, hookTimeout: 120_000 } as const

/** Every kind of input that FFmpeg can make, each encoded or refused, and what became of each; then every kind of tree in a browser. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...limits,
          name: 'media',
          include: [
            'test/media/{bad-share,edge-cases,noisy-sound,recipe-cheats}.test.ts',
            'test/node/encoding/heavy-pictures.test.ts',
          ],
          provide: { edgeCases: 'all' },
        },
      },
      {
        test: {
          ...limits,
          name: 'playback',
          include: ['test/playback/**/*.test.ts'],
          // By itself: a player beside an encode that takes every processor stalls through no fault of the tree.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
        },
      },
    ],
  },
})
