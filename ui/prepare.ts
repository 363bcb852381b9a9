import { fileURLToPath } from 'node:url'

/**
 * `npm ci` leaves the dashboard ready to be served. Installed without what only builds need, there is nothing to build with: an
 * indexer then serves its API alone, and says so.
 */
const hasVite = await import('vite').then(
  ({ build }) => build,
  () => null,
)
if (hasVite)
  await hasVite({
    configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
    logLevel: 'warn',
  })
