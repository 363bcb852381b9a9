import type Router from '@koa/router'
import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import type { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { mount } from '../mount.ts'
import { signedIn } from './callers.ts'

export type Challenge = { readonly nonce: string; readonly text: string; readonly expiresAt: Date }
export type SignedIn = {
  readonly token: string
  readonly account: HiveAccount
  readonly expiresAt: Date
}

/** Signing in, as these routes and the server's other parts need it. */
export type SessionDoor = {
  challenge(account: HiveAccount): Promise<Challenge>
  signIn(answer: {
    readonly account: HiveAccount
    readonly nonce: string
    readonly signature: Signature
  }): Promise<SignedIn>
  accountOf(authorization: string): Promise<HiveAccount | null>
  signOut(account: HiveAccount, authorization: string): Promise<void>
}

export type SessionRouteDeps = {
  readonly sessions: SessionDoor
  readonly audit: (actor: string, action: string, subject: string) => Promise<void>
}

export function mountSessionRoutes(router: Router, { sessions, audit }: SessionRouteDeps): void {
  mount(router, challengeRoute, async ({ body }) => await sessions.challenge(body.account))
  mount(router, signInRoute, async ({ body }) => {
    const session = await sessions.signIn(body)
    await audit(session.account, 'session.begun', session.account)
    return session
  })
  mount(router, signOutRoute, async ({ caller, authorization }) => {
    const account = signedIn(caller)
    await sessions.signOut(account, authorization)
    await audit(account, 'session.ended', account)
    return {}
  })
}
