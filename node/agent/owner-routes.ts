import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import Router from '@koa/router'
import type { LocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import { mount } from '#market/api/mount.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { OwnerStatus } from '#protocol/api/desktop-owner.ts'
import {
  addFileRoute,
  decidePairingRoute,
  endSessionRoute,
  openPageRoute,
  ownerStatusRoute,
  pageSessionRoute,
  pauseRoute,
} from '#protocol/api/desktop-owner.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Guards } from './callers.ts'
import type { AgentDesk } from './desk.ts'
import { sourceOwner } from './local-sources.ts'
import type { PageKeys } from './page-keys.ts'
import type { Pairing } from './pairing.ts'
import { pageFiles } from './status-page.ts'
import { renderStatus } from './status-view.ts'

export type OwnerRouteDeps = {
  readonly account: HiveAccount
  readonly guards: Pick<Guards, 'isOwner'>
  readonly pairing: Pairing
  readonly pageKeys: PageKeys
  readonly desk: Pick<AgentDesk, 'setPaused' | 'wake'>
  readonly localQueue: LocalQueue | null
  readonly content: Pick<ContentStore, 'addFile' | 'pin'>
  readonly status: () => OwnerStatus
  /** The agent's own address. */
  readonly url: () => string
}

/** What the owner asks, and his page. */
export function createOwnerRouter(deps: OwnerRouteDeps): Router {
  const { account, guards, pairing, pageKeys, desk, localQueue, content, status, url } = deps
  const router = new Router()
  router.use(/^\/owner\/.*$/, guards.isOwner)
  mount(router, ownerStatusRoute, async () => status())
  mount(router, decidePairingRoute, async ({ params, body }) => ({
    origin: pairing.decide(params.code, body.allow),
  }))
  mount(router, endSessionRoute, async ({ params }) => {
    pairing.end(params.id)
    return {}
  })
  mount(router, pauseRoute, async ({ body }) => {
    desk.setPaused(body.paused)
    return {}
  })
  mount(router, openPageRoute, async () => ({ url: pageLink(url(), pageKeys) }))
  mount(router, addFileRoute, async ({ body, signal }) => {
    const { path, permlink, qualities = [] } = body
    if (!localQueue)
      throw new MarketError(
        'role-missing',
        'Jobs of this agent come from its indexer; submit there.',
      )
    if (!isAbsolute(path)) throw new MarketError('request-invalid', 'The path has to be absolute.')
    const { cid } = await content.addFile(path, { signal })
    const id = EncodingJobId.parse(randomUUID())
    content.pin(cid, sourceOwner(id))
    localQueue.add({ id, owner: account, permlink, inputCid: cid, qualities })
    desk.wake()
    return { jobId: id }
  })
  mountPage(router, deps)
  return router
}

/** An address that opens the page once. Its key is in the part that browsers keep to themselves. */
export function pageLink(url: string, pageKeys: Pick<PageKeys, 'newKey'>): string {
  return `${url}/#key=${pageKeys.newKey()}`
}

/** Nothing is loaded but from the agent itself, nothing written into the page but by its one script, and nobody may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function mountPage(router: Router, { guards, pageKeys, status }: OwnerRouteDeps): void {
  for (const { path, type, text } of pageFiles)
    router.get(path, (context) => {
      context.set('content-security-policy', policy)
      context.set('referrer-policy', 'no-referrer')
      context.set('cross-origin-opener-policy', 'same-origin')
      context.type = type
      context.body = text
    })
  mount(router, pageSessionRoute, async ({ body }) => ({ token: pageKeys.open(body.key) }))
  router.get('/page/view', guards.isOwner, (context) => {
    context.type = 'html'
    context.body = renderStatus(status())
  })
}
