import { z } from 'zod'
import { Signature } from '../envelope.ts'
import { HiveAccount } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { Moment } from './moment.ts'
import { noBody, none } from './paging.ts'

const Nonce = z.string().min(16).max(128)

export const challengeRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/sessions/challenge',
  summary: 'Ask for a text that signs an account in when its posting key signs it.',
  params: none,
  body: z.strictObject({ account: HiveAccount }),
  reply: z.strictObject({ nonce: Nonce, text: z.string(), expiresAt: Moment }),
})

export const signInRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/sessions',
  summary: 'Sign in with the signature of such a text.',
  params: none,
  body: z.strictObject({ account: HiveAccount, nonce: Nonce, signature: Signature }),
  reply: z.strictObject({
    /** For `Authorization: Bearer <token>`; shown once. */
    token: z.string(),
    account: HiveAccount,
    expiresAt: Moment,
  }),
})

export const signOutRoute = defineRoute({
  method: 'DELETE',
  path: '/api/encoding/sessions',
  summary: 'Sign out: the token is worth nothing from now on.',
  params: none,
  body: noBody,
  reply: none,
})
