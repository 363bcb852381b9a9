import { z } from 'zod'
import { Cid, HiveAccount, UploadId } from '../ids.ts'
import { Ladder } from '../ladder.ts'
import { defineRoute } from '../route.ts'
import { noBody, none, wholeNumber } from './paging.ts'

/** Where uploads are made and asked after: `POST` begins one (tus 1.0), `GET <path>/<id>` says what became of it. */
export const uploadsPath = '/api/encoding/uploads'

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

/** The version of tus that is spoken; every request of an upload but those for its status and its end says it. */
const tus = { 'tus-resumable': z.literal('1.0.0') }

const UploadParams = z.strictObject({ id: UploadId })
/** Bytes of which no upload has more; a server takes fewer. */
const Offset = wholeNumber(0)

export const beginUploadRoute = defineRoute({
  method: 'POST',
  path: uploadsPath,
  summary: 'Begin an upload (tus 1.0): its length now, its bytes afterwards.',
  params: none,
  headers: z.object({
    ...tus,
    'upload-length': Offset,
    /** Names and values in base64, as tus has them; kept, and not looked at. */
    'upload-metadata': z.string().max(4_096).meta({ format: 'tus-metadata' }).optional(),
  }),
  body: noBody,
  reply: noBody,
  answers: [
    {
      ...{ status: 201, description: 'Its bytes may come.' },
      headers: z.object({ ...tus, location: z.string() }),
    },
  ],
  isPlain: true,
})

export const uploadOffsetRoute = defineRoute({
  method: 'HEAD',
  path: `${uploadsPath}/:id`,
  summary: 'How many bytes of an upload are here, to go on from.',
  params: UploadParams,
  headers: z.object(tus),
  body: noBody,
  reply: noBody,
  answers: [
    {
      ...{ status: 200, description: 'The upload waits for bytes.' },
      headers: z.object({ ...tus, 'upload-offset': Offset, 'upload-length': Offset }),
    },
  ],
  isPlain: true,
})

export const continueUploadRoute = defineRoute({
  method: 'PATCH',
  path: `${uploadsPath}/:id`,
  summary: 'Bring bytes of an upload, from the offset that it has.',
  params: UploadParams,
  headers: z.object({ ...tus, 'upload-offset': Offset }),
  body: z.instanceof(Uint8Array),
  bodyBytes: Number.MAX_SAFE_INTEGER,
  bodyType: 'application/offset+octet-stream',
  reply: noBody,
  answers: [
    {
      ...{ status: 204, description: 'They are here.' },
      headers: z.object({ ...tus, 'upload-offset': Offset }),
    },
  ],
  isPlain: true,
})

export const removeUploadRoute = defineRoute({
  method: 'DELETE',
  path: `${uploadsPath}/:id`,
  summary: 'Give up an upload, or the content it became.',
  params: UploadParams,
  body: noBody,
  reply: noBody,
  answers: [{ status: 204, description: 'It is not here any more.' }],
})

export const uploadStatusRoute = defineRoute({
  method: 'GET',
  path: `${uploadsPath}/:id`,
  summary: 'What became of an upload of the account that is signed in.',
  params: UploadParams,
  body: noBody,
  reply: UploadStatus,
})
