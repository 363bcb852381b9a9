import { defineConfig } from 'vitest/config'

/** `npm run desktop:test:bundle`: what installs the desktop shell, unpacked and started. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/desktop-bundle/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
})
