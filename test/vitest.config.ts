import { defineConfig } from 'vitest/config'

/**
 * What runs whole processes, FFmpeg and Chromium on a machine that others use too is tried once more before it counts as failed; the
 * report names each test that needed it. Properties and plain code get no second try: with another seed they could hide a defect.
 */
const retry = 1

export default defineConfig({
  test: {
    // Two files at a time, whatever the machine: one that encodes or starts a market keeps more than a core busy by itself.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          root: '.',
          include: [
            'test/{protocol,contracts,market,properties}/**/*.test.ts',
            'test/node/**/*.test.ts',
          ],
          exclude: ['test/node/{encoding,local,verification}/**'],
          provide: { fuzzRequests: 600 },
          // A Postgres server of a file's own takes seconds to start on a busy machine.
          hookTimeout: 60_000,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'media',
          root: '.',
          include: [
            'test/node/{encoding,local,verification}/**/*.test.ts',
            'test/media/**/*.test.ts',
          ],
          // Every cheat in every codec, and every leaf of a long tree, are judged by `npm run test:media`.
          exclude: ['test/media/{bad-share,recipe-cheats}.test.ts'],
          provide: { edgeCases: 'representative' },
          retry,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'ui',
          root: '.',
          globalSetup: 'test/support/dashboard-scene.ts',
          // Last: once its market is up, it runs beside all that follows.
          sequence: { groupOrder: 1 },
          include: ['test/ui/**/*.test.{ts,tsx}'],
          retry,
          testTimeout: 300_000,
          // The shared market builds the dashboard, starts five nodes and pays a job.
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'network',
          root: '.',
          include: ['test/network/**/*.test.ts'],
          retry,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
