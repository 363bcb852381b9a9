import path from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import { createGatewayRouter } from '#node/gateway/gateway.ts'
import { startHttpServer } from '#node/http-server.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { createLogger } from '#node/logger.ts'
import { assembleTree } from '#node/processing/tree.ts'
import type { Tree } from './clip.ts'
import { makeFolder, untroubled } from './ffmpeg.ts'

export type ServedTree = AsyncDisposable & {
  /** Address of the master playlist at the gateway. */
  readonly master: string
}

/** Puts a tree into a node's blocks and serves it through a node's gateway. */
export async function serveTree({ folder, manifest }: Tree): Promise<ServedTree> {
  await using starting = new AsyncDisposableStack()
  const { database } = starting.use(openDatabase(':memory:'))
  const blocks = await openBlockStore(path.join(await makeFolder(), 'blocks'))
  const nobody = { fetch: () => Promise.reject(new Error('everything is here already')) }
  const content = createContentStore({ blocks, pins: createPinStore(database), fetcher: nobody })
  for (const file of treeFiles(manifest)) {
    if ('cid' in file) await content.addFile(path.join(folder, file.path), { signal: untroubled })
  }
  const { root } = await assembleTree(manifest, content)
  const logger = createLogger({ level: 'silent', name: 'test' })
  const routers = [createGatewayRouter(blocks)]
  const { url } = starting.use(await startHttpServer({ routers, logger }, 0))
  const stack = starting.move()
  return {
    master: `${url}/ipfs/${root}/master.m3u8`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
