import Router from '@koa/router'
import type { Context } from 'koa'
import { CID } from 'multiformats/cid'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import type { DenyList } from './deny-list.ts'
import { openToAll } from './deny-list.ts'
import { openToPages } from './open-to-pages.ts'
import { decodedPath, refuse, serveContent } from './serve-content.ts'
import { serveTrustless, trustlessForm } from './trustless.ts'

/** A response never changes: its address is the hash of its bytes. */
const immutable = 'public, max-age=29030400, immutable'

/**
 * `GET|HEAD /ipfs/<cid>/<path>`: files of trees that are on this node, for players, and their blocks for whoever checks them himself.
 * It never asks the network, so nobody can make this node fetch, and content is public to any page, as it is public to any peer.
 */
export function createGatewayRouter(blocks: FlatBlockStore, denyList = openToAll): Router {
  const router = new Router()
  openToPages(router, '/ipfs/{*path}')
  router.get('/ipfs/{*path}', (context) => serve(context, blocks, denyList))
  return router
}

async function serve(context: Context, blocks: FlatBlockStore, denyList: DenyList): Promise<void> {
  const path = contentPath(context.path)
  if (!path) {
    refuse(context, 400, 'An address is /ipfs/<CID>/<path>.')
    return
  }
  if (await denyList.denies(path)) {
    refuse(context, 410, 'The operator of this gateway does not serve this.')
    return
  }
  const form = trustlessForm(context)
  const asked = { path, caching: immutable }
  if (form) await serveTrustless(context, blocks, { ...asked, form })
  else await serveContent(context, blocks, asked)
}

/** `<cid>` or `<cid>/<path>`, or null for what is neither. */
function contentPath(path: string): string | null {
  const rest = decodedPath(path, '/ipfs/')?.replace(/\/+$/, '')
  const [root] = rest?.split('/') ?? []
  if (!rest || !root) return null
  try {
    CID.parse(root)
    return rest
  } catch {
    return null
  }
}
