import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

/**
 * What specs of pages look at: a market of real processes (a development chain with fast blocks, a creator, two encoders, an
 * arbiter), one job that it has paid, and a real indexer that serves the dashboard as it is built now. All specs share it; each makes
 * what it changes.
 */
export type DashboardScene = {
  /** Of the indexer, and of its pages. */
  readonly url: string
  /** Folder of the dashboard as it was built. */
  readonly pages: string
  /** JSON-RPC of the chain. */
  readonly rpc: string
  /** The job that was paid, and what came of it. */
  readonly job: string
  readonly root: string
  readonly encoder: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Address that the scene is asked for at; it starts with the first question. */
    readonly dashboardScene: string
  }
}

/** Of vitest: the scene is there for whoever asks, and nobody waits for one that is not wanted. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let child: ChildProcess | null = null
  let scene: Promise<string> | null = null
  const server = createServer((_, response) => {
    child ??= fork(main, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    scene ??= sceneOf(child)
    scene.then(
      (started) => response.end(started),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  project.provide('dashboardScene', `http://127.0.0.1:${port}`)
  return async () => {
    server.closeAllConnections()
    server.close()
    if (child?.exitCode !== null) return
    const ended = once(child, 'exit')
    child.disconnect()
    await ended
  }
}

const main = fileURLToPath(new URL('processes/dashboard-scene-main.ts', import.meta.url))

/** What it says of itself once it is up. */
async function sceneOf(child: ChildProcess): Promise<string> {
  const said = once(child, 'message').then(([scene]) => JSON.stringify(scene))
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`it ended with ${code}`)
  })
  return await Promise.race([said, ended])
}
