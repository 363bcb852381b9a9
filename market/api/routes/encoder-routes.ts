import type Router from '@koa/router'
import { checkAgentRoute } from '#protocol/api/agent.ts'
import type { EncoderView } from '#protocol/api/encoders.ts'
import { heartbeatRoute, listEncodersRoute, registerEncoderRoute } from '#protocol/api/encoders.ts'
import { MarketError } from '../../errors.ts'
import type { EncoderDirectory, EncoderNode } from '../../ports/encoder-directory.ts'
import type { SettingsStore } from '../../ports/settings-store.ts'
import type { PreviewPlan } from '../../services/preview-plan.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { mount } from '../mount.ts'
import { viewPreview } from '../view-plan.ts'
import { foreign, signedIn } from './callers.ts'
import { termsOf } from './job-routes.ts'

/** Where a desktop agent listens on its user's own machine. */
const localUrl = 'http://127.0.0.1:3002'

export type EncoderRouteDeps = {
  readonly encoders: EncoderDirectory
  readonly settings: Pick<SettingsStore, 'find'>
  readonly previewPlan: PreviewPlan
}

export function mountEncoderRoutes(
  router: Router,
  { encoders, settings, previewPlan }: EncoderRouteDeps,
): void {
  mount(router, listEncodersRoute, async ({ query }) => {
    const { cursor, limit, owner, kind, codec, hwAccel } = query
    const place = cursor === undefined ? null : readCursor(cursor)
    const page = await encoders.listAlive({
      limit,
      ...(owner && { owner }),
      ...(kind && { kind }),
      ...(codec && { codec }),
      ...(hwAccel && { hwAccel }),
      ...(place && { after: { lastSeenAt: place.at, id: place.id } }),
    })
    const { next } = page
    return {
      encoders: page.encoders.map(viewEncoder),
      next: next && writeCursor(next.lastSeenAt, next.id),
    }
  })
  mount(router, registerEncoderRoute, async ({ body, caller }) => {
    const registered = await encoders.register({ ...body, owner: signedIn(caller) })
    if (registered === 'not-owner') throw foreign('encoder')
    return viewEncoder(registered)
  })
  mount(router, heartbeatRoute, async ({ body, caller }) => {
    const { encoderId, jobsInProgress } = body
    const heard = await encoders.heartbeat(encoderId, signedIn(caller), jobsInProgress)
    if (heard === 'not-owner') throw foreign('encoder')
    if (heard === 'not-found')
      throw new MarketError('not-found', 'There is no encoder of this id; register it first.')
    return viewEncoder(heard)
  })
  mount(router, checkAgentRoute, async ({ body = {}, caller }) => {
    const owner = signedIn(caller)
    const { encoders: agents } = await encoders.listAlive({ owner, kind: 'agent', limit: 100 })
    const free = agents.find(({ jobsInProgress, slots }) => jobsInProgress < slots)
    const agent = free ?? agents[0] ?? null
    const usual = await settings.find(owner)
    const steps = await previewPlan(owner, { ...termsOf(body, usual), waits: usual })
    return {
      available: agent !== null,
      busy: agent !== null && free === undefined,
      encoderId: agent?.id ?? null,
      lastSeenAt: agent?.lastSeenAt ?? null,
      localUrl,
      plan: viewPreview(steps),
    }
  })
}

function viewEncoder(node: EncoderNode): EncoderView {
  return { ...node, perMinute: node.perMinute === null ? null : { ...node.perMinute } }
}
