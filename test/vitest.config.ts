import { defineConfig } from 'vitest/config'

/** Suites that start processes or encode run one file at a time: two encoders on two cores measure nothing but each other. */
const alone = { fileParallelism: false, maxWorkers: 1 }

export default defineConfig({
  test: {
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
          testTimeout: 20_000,
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
          provide: { edgeCases: 'representative' },
          testTimeout: 180_000,
          hookTimeout: 120_000,
          ...alone,
        },
      },
      {
        test: {
          name: 'network',
          root: '.',
          include: ['test/network/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          ...alone,
        },
      },
    ],
  },
})
