import fc from 'fast-check'
import { rights } from '#market/api/rights.ts'
import { registerEncoderRoute } from '#protocol/api/encoders.ts'
import { uploadsPath } from '#protocol/api/uploads.ts'
import type { Route } from '#protocol/route.ts'
import { cid } from './builders.ts'
import type { Scene } from './indexer-scene.ts'

/** Values that are nearly right, wrong by one thing, or nothing that anyone would send. */
const scalars = fc.oneof(
  fc.constantFrom<unknown>(
    ...['alice', 'bob', 'a', 'agent', 'community', '720p', '1080p', 'encoding', 'h264', 'queued'],
    ...['0.100 HBD', '-1.000 HBD', '99999999999.999 HBD', '1 HBD', cid('video'), 'bafy', '\u0000'],
    ...[
      'alice:0123456789abcdef',
      '7d1b6f0e-33ab-4f0e-9a5e-0a4f5a2b7c1d',
      'http://127.0.0.1/',
      'x://',
    ],
    ...[
      0,
      1,
      -1,
      1.5,
      2 ** 53,
      1e308,
      5e-324,
      true,
      false,
      null,
      '',
      '0'.repeat(64),
      '\ud800',
      '🎬'.repeat(40),
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.maxSafeInteger(),
)

const names = [
  ...[
    'permlink',
    'inputCid',
    'durationSeconds',
    'qualities',
    'tiers',
    'budget',
    'webhookUrl',
    'id',
  ],
  ...[
    'kind',
    'slots',
    'hwAccel',
    'capabilities',
    'perMinute',
    'encoderId',
    'jobsInProgress',
    'jobId',
  ],
  ...['fencingToken', 'stage', 'progress', 'details', 'error', 'retryable', 'class', 'outputCid'],
  ...[
    'manifestPath',
    'processingTimeSec',
    'outputSizeBytes',
    'reason',
    'account',
    'nonce',
    'signature',
  ],
  ...[
    'arbiters',
    'awardLimit',
    'releaseLimit',
    'job',
    'encoder',
    'arbiter',
    'body',
    'author',
    'v',
    't',
  ],
  ...['__proto__', 'constructor', 'toString'],
] as const

const members = fc.dictionary(
  fc.constantFrom<string>(...names),
  fc.oneof(
    scalars,
    fc.array(scalars, { maxLength: 4 }),
    fc.dictionary(fc.string(), scalars, { maxKeys: 3 }),
  ),
  { maxKeys: 12 },
)

const whole: Readonly<Record<string, unknown>> = {
  ...{ id: 'fuzz-encoder', kind: 'agent', slots: 1, encoderId: 'fuzz-encoder', jobsInProgress: 0 },
  ...{ permlink: 'fuzz', inputCid: cid('fuzz'), tiers: ['agent'], qualities: ['480p'] },
  ...{
    jobId: '7d1b6f0e-33ab-4f0e-9a5e-0a4f5a2b7c1d',
    fencingToken: 1,
    stage: 'encoding',
    progress: 3,
  },
  ...{ outputCid: cid('tree'), manifestPath: 'm', processingTimeSec: 1, outputSizeBytes: 1 },
  ...{ error: 'e', retryable: true, reason: 'r', account: 'alice', job: 'alice:0123456789abcdef' },
  ...{ nonce: '0'.repeat(64), signature: '0'.repeat(130), encoder: 'bob', type: 'job.progress' },
}

/** A body with what the route's schema names, some of it spoilt. */
function nearly(route: Route, known: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const shape = 'shape' in route.body ? Object.keys(route.body.shape as object) : []
  // An id is an encoder's or a job's; without one a job gets its own.
  const named = shape.filter((name) => name !== 'id' || route === registerEncoderRoute)
  const fitting = Object.fromEntries(named.map((name) => [name, known[name] ?? whole[name]]))
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(fitting) },
    // One wrong thing alone: of two the first would hide the second.
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...shape, 'x'),
          fc.oneof(scalars, fc.array(scalars, { maxLength: 3 })),
        )
        .map(([name, value]) => ({ ...fitting, [name]: value })),
    },
    { weight: 1, arbitrary: members.map((spoilt) => ({ ...fitting, ...spoilt })) },
  )
}

const texts = fc.oneof(
  members.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '{', 'null', '[]', '"', `[${'['.repeat(500)}`, '{"a":1e999}', '\ufeff{}'),
)

const segments = fc.oneof(
  scalars.map((value) => encodeURIComponent(safe(String(value)))),
  fc.constantFrom('%00', '%ff', '..%2f..', '%', "'%20or%201=1", '%F0%9F'),
)

/** Headers that the server looks at, with what nobody would send; what HTTP itself cannot carry is left out. */
const headers = fc.dictionary(
  fc.constantFrom(
    ...['content-type', 'accept', 'origin', 'cookie', 'range', 'if-none-match', 'last-event-id'],
    ...['x-forwarded-for', 'x-forwarded-host', 'x-http-method-override', 'accept-encoding'],
    ...['tus-resumable', 'upload-length', 'upload-offset', 'upload-metadata', 'upload-concat'],
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'access-control-request-method'],
  ),
  fc.oneof(
    fc.constantFrom(
      ...['application/json', 'text/plain; charset=utf-7', 'application/offset+octet-stream'],
      ...['1.0.0', '0', '-1', '5', '1e9', '99999999999999999999', 'bytes=0-', 'bytes=9-1,-5', '*'],
      ...['null', 'http://evil.example', 'DELETE', 'v1,AAAA', 'owner Ym9i', '127.0.0.1', '::1'],
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map((text) => text.trim()),
  ),
  { maxKeys: 4 },
)

const fittingHeaders: Readonly<Record<string, string>> = {
  ...{ 'tus-resumable': '1.0.0', 'upload-length': '5', 'upload-offset': '0' },
  ...{ 'webhook-id': 'call', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' },
}

/** Headers with what the route's schema names, some of it spoilt. */
function nearlyHeaders({ headers: schema, bodyType }: Route): fc.Arbitrary<Record<string, string>> {
  const shape = schema && 'shape' in schema ? Object.keys(schema.shape as object) : []
  const known = shape.filter((name) => name in fittingHeaders)
  const fitting = {
    ...Object.fromEntries(known.map((name) => [name, String(fittingHeaders[name])])),
    ...(bodyType !== undefined && { 'content-type': bodyType }),
  }
  return fc.oneof(
    fc.constant(fitting),
    headers.map((spoilt) => ({ ...fitting, ...spoilt })),
  )
}

/** Addresses that are no part of the table of rights. */
const others = [
  ...['/ipfs/:cid', '/ipfs/:cid/x/y', '/api', '/api-page/:file', '/:nothing'],
  ...[`${uploadsPath}/`, '/api/encoding/:nothing', '/metrics/', '/health/:nothing'],
]

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'SEARCH'] as const

export type FuzzRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

const queries = fc.array(
  fc.tuple(
    fc.constantFrom('limit', 'cursor', 'owner', 'phase', 'after', 'role', 'days', 'job', 'x'),
    segments,
  ),
  { maxLength: 3 },
)

function pathOf(pattern: string, known: readonly string[]): fc.Arbitrary<string> {
  const segment =
    known.length === 0
      ? segments
      : fc.oneof(segments, fc.constantFrom(...known.map(encodeURIComponent)))
  return fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 2 }), queries)
    .map(([parts, query]) => {
      let next = 0
      const path = pattern.replace(/:\w+/g, () => parts[next++ % parts.length] ?? '')
      const asked = query.map(([name, value]) => `${name}=${value}`).join('&')
      return asked === '' ? path : `${path}?${asked}`
    })
}

/**
 * Requests to every address: schema-aware and random bodies, headers, paths and queries. With a scene many are about what alice has
 * there, by its right names.
 */
export function fuzzRequests(scene?: Scene): fc.Arbitrary<FuzzRequest> {
  const known = scene
    ? [
        scene.waiting,
        scene.held.job,
        scene.delivery,
        scene.upload,
        'alice',
        'alice:0000000000000001',
      ]
    : []
  const fields = scene
    ? {
        ...{ jobId: scene.held.job, encoderId: scene.encoder, id: scene.encoder },
        ...{ fencingToken: scene.held.fencingToken, job: 'alice:0000000000000001' },
      }
    : {}
  const ofRoutes = fc.constantFrom(...rights.keys()).chain((route) =>
    fc.record<FuzzRequest>({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant<string>(route.method) },
        { weight: 1, arbitrary: fc.constantFrom(...methods) },
      ),
      path: pathOf(route.path, known),
      headers: nearlyHeaders(route),
      body: fc.oneof(
        nearly(route, fields).map((value) => JSON.stringify(value)),
        texts,
      ),
    }),
  )
  const ofOthers = fc.constantFrom(...others).chain((pattern) =>
    fc.record<FuzzRequest>({
      ...{ method: fc.constantFrom(...methods), path: pathOf(pattern, known) },
      ...{ headers, body: texts },
    }),
  )
  return fc.oneof({ weight: 4, arbitrary: ofRoutes }, { weight: 1, arbitrary: ofOthers })
}

/** Longer than any answer takes on a busy machine; what takes longer hangs. */
const patienceMs = 60_000

/** Addresses whose errors are in the form of another protocol. */
const ownForm = /^\/(ipfs\/|api\/encoding\/uploads)/

/** Sends one; resolves to what is wrong with the answer, or null. Rejects where none comes. */
export async function faultOf(
  url: string,
  { method, path, headers: sent, body }: FuzzRequest,
  authorization: string | null,
): Promise<string | null> {
  const isBodiless = ['GET', 'HEAD', 'OPTIONS'].includes(method)
  const gone = new AbortController()
  const answer = await fetch(url + path, {
    method,
    headers: { ...sent, ...(authorization !== null && { authorization }) },
    ...(isBodiless || body === undefined ? {} : { body }),
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(patienceMs)]),
    redirect: 'manual',
  })
  const type = answer.headers.get('content-type') ?? ''
  // Events come for as long as somebody reads them.
  const text = type.startsWith('text/event-stream') ? '' : await answer.text()
  gone.abort()
  if (answer.status >= 500) return `${answer.status} ${text}`
  if (answer.status < 400 || method === 'HEAD' || ownForm.test(path)) return null
  return type.includes('problem+json') ? null : `${answer.status} is no problem: ${text}`
}

function safe(text: string): string {
  return text.toWellFormed()
}
