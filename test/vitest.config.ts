import { defineConfig } from 'vitest/config'

/** Suites that encode run two files at a time, whatever the machine: each file keeps a core or two busy by itself. */
const encoding = { maxWorkers: 2, sequence: { groupOrder: 1 } }

/** Suites that start whole markets run one file at a time, and behind all others. */
const alone = { fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 2 } }

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
          ...encoding,
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
