import { z } from 'zod'
import { Cid, HiveAccount } from '../ids.ts'
import { Ladder } from '../ladder.ts'
import { defineRoute } from '../route.ts'
import { noBody } from './paging.ts'

/** Where uploads are made and asked after: `POST` begins one (tus 1.0), `GET <path>/<id>` says what became of it. */
export const uploadsPath = '/api/encoding/uploads'

export const UploadId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'not an upload id')
  .brand<'UploadId'>()
export type UploadId = z.infer<typeof UploadId>

const upload = <T extends string, Fields extends z.ZodRawShape>(phase: T, fields: Fields) =>
  z.strictObject({
    phase: z.literal(phase),
    id: UploadId,
    owner: HiveAccount,
    bytes: z.int().nonnegative(),
    ...fields,
  })

/** An upload and what became of it: its bytes come, are looked at and taken into IPFS, and then are ready or refused. */
export const UploadStatus = z.discriminatedUnion('phase', [
  upload('receiving', { received: z.int().nonnegative() }),
  upload('importing', {
    /** Percent of the bytes that have become content. */
    percent: z.number().min(0).max(100),
  }),
  upload('ready', {
    cid: Cid,
    width: z.int(),
    height: z.int(),
    seconds: z.number(),
    isShort: z.boolean(),
    ladder: Ladder,
  }),
  upload('refused', { code: z.string(), message: z.string() }),
])
export type UploadStatus = z.infer<typeof UploadStatus>

export const uploadStatusRoute = defineRoute({
  method: 'GET',
  path: `${uploadsPath}/:id`,
  summary: 'What became of an upload of the account that is signed in.',
  params: z.strictObject({ id: UploadId }),
  body: noBody,
  reply: UploadStatus,
})
