import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import own from '../package.json' with { type: 'json' }

/** For `npx vite ui`: pages are served from here, everything else by an indexer. */
const indexer = 'http://127.0.0.1:8080'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  define: { dashboardVersion: JSON.stringify(own.version) },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The page's own rules allow no scripts and fonts from addresses that are data.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': indexer, '/ipfs': indexer } },
})
