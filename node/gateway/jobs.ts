import Router from '@koa/router'
import type { Context } from 'koa'
import type { Cid } from '#protocol/ids.ts'
import { JobId } from '#protocol/ids.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { openToPages } from './open-to-pages.ts'
import { decodedPath, refuse, serveContent } from './serve-content.ts'

/** The same address leads to more tomorrow: nobody may keep what it gave. */
const fleeting = 'no-store'

/**
 * `GET|HEAD /jobs/<job>/master.m3u8`: a job's tree at one address from its first finished part on. Its playlists name segments by their
 * ids, so that they stay in every cache while the playlists grow, and become those of the whole tree in the end.
 */
export function createJobsRouter(
  blocks: FlatBlockStore,
  rootOf: (job: JobId) => Cid | null,
): Router {
  const router = new Router()
  openToPages(router, '/jobs/{*path}')
  router.get('/jobs/{*path}', (context) => serve(context, blocks, rootOf))
  return router
}

async function serve(
  context: Context,
  blocks: FlatBlockStore,
  rootOf: (job: JobId) => Cid | null,
): Promise<void> {
  const asked = jobPath(context.path)
  if (!asked) {
    refuse(context, 400, 'An address is /jobs/<job>/<path>.')
    return
  }
  const root = rootOf(asked.job)
  context.set('cache-control', fleeting)
  if (root)
    await serveContent(context, blocks, { path: `${root}/${asked.file}`, caching: fleeting })
  else refuse(context, 404, 'Nothing of this job can be played here yet.')
}

/** `<job>/<file of its tree>`, or null for what is neither. */
function jobPath(address: string): { readonly job: JobId; readonly file: string } | null {
  const [first = '', ...rest] = decodedPath(address, '/jobs/')?.split('/') ?? []
  const job = JobId.safeParse(first)
  const file = rest.join('/')
  if (!job.success || file === '') return null
  return { job: job.data, file: file.replace(/\/index\.m3u8$/, '/index.cid.m3u8') }
}
