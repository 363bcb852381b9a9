import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { childEnvironment } from '#node/config.ts'
import { makeFolder } from './ffmpeg.ts'

const run = promisify(execFile)
const fileOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

let building: Promise<string> | null = null

/** Builds the dashboard as it is now and as its users get it, once for a process; resolves to its folder. */
export function builtDashboard(): Promise<string> {
  building ??= (async () => {
    const folder = await makeFolder()
    const vite = [fileOf('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error']
    const options = ['--config', fileOf('ui/vite.config.ts'), '--outDir', folder, '--emptyOutDir']
    // What tests run in makes another build of React than what is served.
    const env = childEnvironment({ NODE_ENV: 'production' })
    await run(process.execPath, [...vite, ...options], { env })
    return folder
  })()
  return building
}
