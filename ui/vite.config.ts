import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import own from '../package.json' with { type: 'json' }

/** For `npx vite ui`: pages are served from here, everything else by an indexer. */
const indexer = 'http://127.0.0.1:8080'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What most pages share comes as one file: a dozen small ones pack worse, and are asked for one by one. */
const fewerChunks = [
  { name: 'shell', tags: ['$initial' as const] },
  { name: 'common', minShareCount: 12 },
]

export default defineConfig({
  root: fileOf('.'),
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: [
      { find: /^zod$/, replacement: fileOf('./small-zod.ts') },
      // What React has had of its own since 18.
      {
        find: 'use-sync-external-store/shim/with-selector',
        replacement: 'use-sync-external-store/with-selector',
      },
    ],
  },
  define: { dashboardVersion: JSON.stringify(own.version) },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The page's own rules allow no scripts and fonts from addresses that are data.
    assetsInlineLimit: 0,
    // Every browser that runs this knows it.
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: fewerChunks } } },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': indexer, '/ipfs': indexer } },
})
