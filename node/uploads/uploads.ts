import Router from '@koa/router'
import { Server } from '@tus/server'
import type { Context } from 'koa'
import { z } from 'zod'
import { mountRaw, noteCallers } from '#market/api/mount.ts'
import { MarketError, marketErrors } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import {
  beginUploadRoute,
  continueUploadRoute,
  removeUploadRoute,
  UploadStatus,
  uploadOffsetRoute,
  uploadStatusRoute,
  uploadsPath,
} from '#protocol/api/uploads.ts'
import { HiveAccount, UploadId } from '#protocol/ids.ts'
import { pause } from '../chain/hive-rpc.ts'
import { freeSpace } from '../encoding/disk-guard.ts'
import { createTurns } from '../in-turn.ts'
import type { Logger } from '../logger.ts'
import { startLoop } from '../loop.ts'
import { createImportQueue } from './import-queue.ts'
import type { ImportUploadDeps } from './import-upload.ts'
import { createImportUpload, pinOwner } from './import-upload.ts'
import { UploadFiles } from './upload-files.ts'
import type { UploadLimits } from './upload-limits.ts'
import { requireRoom } from './upload-limits.ts'
import type { OpenUpload, Outcome } from './upload-records.ts'
import { findUpload, forgetAbandoned, openUploadRecords } from './upload-records.ts'

export type UploadsDeps = Pick<ImportUploadDeps, 'analyse'> & {
  readonly content: Pick<ContentStore, 'addFile' | 'pin' | 'unpin'>
  /** Whose token an `Authorization` header carries; null for nobody's. */
  readonly accountOf: (authorization: string) => Promise<HiveAccount | null>
  readonly onOutcome: (outcome: Outcome) => Promise<void>
  readonly logger: Logger
}

export type UploadsOptions = {
  readonly directory: string
  readonly limits: UploadLimits
  /** Unfinished uploads that nobody has continued for so long are removed. */
  readonly patienceMs: number
}

export type Uploads = AsyncDisposable & { readonly router: Router }

const none: string[] = []

/**
 * Resumable uploads (tus 1.0, with `creation` and `termination`), each its account's alone. Bytes that have all
 * come are looked at and taken into IPFS, one upload after the other; a crash at any moment costs at most the request under way.
 */
export async function startUploads(deps: UploadsDeps, options: UploadsOptions): Promise<Uploads> {
  const { content, accountOf, onOutcome, logger } = deps
  const records = await openUploadRecords(options.directory)
  const queue = createImportQueue({
    ...{ records, onOutcome, logger },
    importUpload: createImportUpload(deps),
  })

  const signedIn = async (authorization: string | null): Promise<HiveAccount> => {
    const account = await accountOf(authorization ?? '')
    if (account) return account
    throw new MarketError('unauthorized', 'Sign in first: uploads belong to an account.')
  }
  /** Someone else's upload is as if it were not there. */
  const own = async <T extends { readonly owner: HiveAccount }>(
    record: Promise<T | null>,
    authorization: string | null,
  ): Promise<T | null> => {
    const account = await signedIn(authorization)
    const known = await record
    return known?.owner === account ? known : null
  }

  const inTurn = createTurns()
  const server = new Server({
    path: uploadsPath,
    datastore: new UploadFiles({
      directory: records.files,
      takeRoom: (upload, create) =>
        inTurn(() =>
          answered(async () => {
            const owner = HiveAccount.parse(upload.metadata?.['owner'])
            const asked = { owner, bytes: upload.size ?? 0 }
            await requireRoom(records, asked, options.limits, freeSpace)
            return await create()
          }),
        ),
    }),
    relativeLocation: true,
    allowedOrigins: none,
    maxSize: options.limits.bytes,
    onUploadCreate: async (request, upload) =>
      await answered(async () => {
        const owner = await signedIn(request.headers.get('authorization'))
        return { metadata: { ...upload.metadata, owner } }
      }),
    onIncomingRequest: async (request, id) => {
      if (request.method === 'POST' || request.method === 'OPTIONS') return
      await answered(async () => {
        const found = UploadId.safeParse(id)
        const record = found.success ? records.find(found.data) : Promise.resolve(null)
        if (!(await own(record, request.headers.get('authorization')))) throw unknownUpload()
      })
    },
    onUploadFinish: async (_, { id }) => {
      queue.add(UploadId.parse(id))
      return {}
    },
  })

  const status = async (context: Context, id: UploadId): Promise<void> => {
    const authorization = context.get('authorization')
    const upload = await own(findUpload(records, id), authorization)
    if (!upload) throw unknownUpload()
    context.set('cache-control', 'no-store')
    context.body = z.encode(UploadStatus, 'phase' in upload ? upload : receiving(upload))
  }
  const receiving = (upload: OpenUpload): UploadStatus => {
    const { id, owner, bytes, received } = upload
    return queue.statusOf(upload) ?? { phase: 'receiving', id, owner, bytes, received }
  }

  const remove = async (context: Context, id: UploadId): Promise<void> => {
    const authorization = context.get('authorization')
    if (!(await own(findUpload(records, id), authorization))) throw unknownUpload()
    await records.forget(id)
    content.unpin(pinOwner(id))
    context.status = 204
  }

  const router = new Router()
  const passOn = async (context: Context): Promise<void> => {
    context.respond = false
    await server.handle(context.req, context.res)
  }
  router.use(noteCallers(accountOf))
  // Routes that take GET take HEAD too: this one first.
  mountRaw(router, uploadOffsetRoute, passOn)
  mountRaw(router, uploadStatusRoute, (context, { params }) => status(context, params.id))
  mountRaw(router, removeUploadRoute, (context, { params }) => remove(context, params.id))
  // An upload is announced with its size, which the route requires: a quota cannot be kept otherwise.
  mountRaw(router, beginUploadRoute, passOn)
  mountRaw(router, continueUploadRoute, passOn)
  router.options([uploadsPath, `${uploadsPath}/:id`], passOn)

  const tidying = startLoop(async (stopped) => {
    while (!stopped.aborted) {
      const { patienceMs } = options
      await forgetAbandoned(records, { patienceMs, now: Date.now() }).catch((error: unknown) =>
        logger.warn('abandoned uploads not removed', {}, error),
      )
      await pause(hourMs, stopped)
    }
  })
  const loop = startLoop((stopped) => queue.run(stopped))
  return {
    router,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([tidying[Symbol.asyncDispose](), loop[Symbol.asyncDispose]()])
    },
  }
}

const hourMs = 3_600_000

function unknownUpload(): MarketError {
  return new MarketError('not-found', 'There is no such upload.')
}

/** tus answers what it is thrown as an object of status and text; the text is our own form of an error. */
async function answered<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (!(error instanceof MarketError)) throw error
    const { code, message } = error
    throw Object.assign(new Error(message, { cause: error }), {
      status_code: marketErrors[code].status,
      body: JSON.stringify({ code, message }),
    })
  }
}
