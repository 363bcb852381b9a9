import { defineConfig } from 'vitest/config'

/** `npm run test:monitoring`: rules and dashboard by Prometheus' own tool, which has to be there. */
export default defineConfig({
  test: { root: '.', include: ['test/monitoring/**/*.test.ts'], testTimeout: 60_000 },
})
