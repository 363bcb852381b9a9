import type Router from '@koa/router'
import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import type { Sessions } from '../../services/sessions.ts'
import { mount } from '../mount.ts'
import { signedIn } from './callers.ts'

export type SessionRouteDeps = {
  readonly sessions: Pick<Sessions, 'challenge' | 'signIn' | 'signOut' | 'accountOf'>
  readonly audit: (actor: string, action: string, subject: string) => Promise<void>
}

export function mountSessionRoutes(router: Router, { sessions, audit }: SessionRouteDeps): void {
  mount(router, challengeRoute, async ({ body }) => await sessions.challenge(body.account))
  mount(router, signInRoute, async ({ body }) => {
    const { token, account, expiresAt } = await sessions.signIn(body)
    await audit(account, 'session.begun', account)
    return { token, account, expiresAt }
  })
  mount(router, signOutRoute, async ({ caller, authorization }) => {
    const account = signedIn(caller)
    await sessions.signOut(authorization)
    await audit(account, 'session.ended', account)
    return {}
  })
}
