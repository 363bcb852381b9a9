import type Router from '@koa/router'
import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import type { Sessions } from '../../services/sessions.ts'
import { mount } from '../mount.ts'
import { signedIn } from './callers.ts'

export type SessionRouteDeps = {
  readonly sessions: Pick<Sessions, 'challenge' | 'signIn' | 'signOut' | 'accountOf'>
}

export function mountSessionRoutes(router: Router, { sessions }: SessionRouteDeps): void {
  mount(router, challengeRoute, async ({ body }) => await sessions.challenge(body.account))
  mount(router, signInRoute, async ({ body }) => {
    const { token, account, expiresAt } = await sessions.signIn(body)
    return { token, account, expiresAt }
  })
  mount(router, signOutRoute, async ({ caller, authorization }) => {
    signedIn(caller)
    await sessions.signOut(authorization)
    return {}
  })
}
