import { defineConfig } from 'vitest/config'

/** `npm run test:nat`: nodes behind routers, and cut off, each in a network namespace of its own. It takes root, `ip` and `nft`. */
export default defineConfig({
  test: {
    name: 'nat',
    root: '.',
    include: ['test/nat/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
