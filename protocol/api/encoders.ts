import { z } from 'zod'
import { HwAccel } from '../encoder.ts'
import { EncoderKind } from '../encoding-job.ts'
import { HiveAccount, PeerId } from '../ids.ts'
import { Codec } from '../recipe.ts'
import { defineRoute } from '../route.ts'
import { Moment } from './moment.ts'
import { noBody, none, pageOf, pageQuery } from './paging.ts'
import { plainText } from './text.ts'

export const EncoderId = z
  .string()
  .min(3)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]+$/, 'letters, digits and ._:- only')

const NodeCapability = z.strictObject({
  codec: Codec,
  maxResolution: z.string().regex(/^([1-9]\d{1,3}p|4k|8k)$/),
  hwAccel: HwAccel,
  /** Times real time; null where nobody has measured. */
  estimatedSpeed: z.number().min(0.001).max(10_000).nullable(),
})

const described = {
  id: EncoderId,
  kind: EncoderKind,
  name: plainText(0, 80).nullable(),
  peer: PeerId.nullable(),
  version: plainText(0, 40).nullable(),
  hwAccel: HwAccel,
  slots: z.int().min(1).max(256),
  perMinute: z.record(plainText(0, 8), z.string().regex(/^\d{1,9}\.\d{3} HBD$/)).nullable(),
  capabilities: z.array(NodeCapability).max(32).readonly(),
}

const RegisterEncoder = z.strictObject({
  ...described,
  name: described.name.default(null),
  peer: described.peer.default(null),
  version: described.version.default(null),
  hwAccel: described.hwAccel.default('none'),
  slots: described.slots.default(1),
  perMinute: described.perMinute.default(null),
  capabilities: described.capabilities.default([]),
})

export const EncoderView = z.strictObject({
  ...described,
  owner: HiveAccount,
  jobsInProgress: z.int(),
  registeredAt: Moment,
  lastSeenAt: Moment,
})
export type EncoderView = z.infer<typeof EncoderView>

export const listEncodersRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/encoders',
  summary: 'Encoders that were heard of lately.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    owner: HiveAccount.optional(),
    kind: EncoderKind.optional(),
    codec: Codec.optional(),
    hwAccel: HwAccel.optional(),
  }),
  body: noBody,
  reply: pageOf('encoders', EncoderView),
})

export const registerEncoderRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/encoders/register',
  summary: 'Register an encoder of the account that is signed in, or say anew what it can do.',
  params: none,
  body: RegisterEncoder,
  reply: EncoderView,
})

export const heartbeatRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/encoders/heartbeat',
  summary: 'Say that an encoder is there.',
  params: none,
  body: z.strictObject({ encoderId: EncoderId, jobsInProgress: z.int().min(0).max(10_000) }),
  reply: EncoderView,
})
