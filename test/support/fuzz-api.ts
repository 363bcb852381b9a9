import fc from 'fast-check'
import { rights } from '#market/api/rights.ts'
import type { Route } from '#protocol/route.ts'
import { cid } from './builders.ts'
import type { TestIndexer } from './indexer.ts'

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
  ...{ nonce: '0'.repeat(64), signature: '0'.repeat(130), encoder: 'bob' },
}

/** A body with what the route's schema names, some of it spoilt. */
function nearly(route: Route): fc.Arbitrary<unknown> {
  const shape = 'shape' in route.body ? Object.keys(route.body.shape as object) : []
  const fitting = Object.fromEntries(shape.map((name) => [name, whole[name]]))
  return members.map((spoilt) => ({ ...fitting, ...spoilt }))
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

export type FuzzRequest = {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
  readonly token: 'none' | 'wrong' | 'alice'
}

/** Requests to every route: schema-aware and random bodies, paths and queries. */
export function fuzzRequests(): fc.Arbitrary<FuzzRequest> {
  const routes = [...rights.keys()]
  return fc.constantFrom(...routes).chain((route) =>
    fc.record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant<string>(route.method) },
        { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'POST', 'GET') },
      ),
      path: fc
        .tuple(
          segments,
          fc.array(
            fc.tuple(
              fc.constantFrom(
                'limit',
                'cursor',
                'owner',
                'phase',
                'after',
                'role',
                'days',
                'job',
                'x',
              ),
              segments,
            ),
            { maxLength: 3 },
          ),
        )
        .map(([segment, query]) => {
          const path = route.path.replace(/:\w+/, segment)
          const asked = query.map(([name, value]) => `${name}=${value}`).join('&')
          return asked === '' ? path : `${path}?${asked}`
        }),
      body:
        route.method === 'GET'
          ? fc.constant(undefined)
          : fc.oneof(
              nearly(route).map((value) => JSON.stringify(value)),
              texts,
            ),
      token: fc.constantFrom('none', 'wrong', 'alice'),
    }),
  )
}

/** Sends one; resolves to what is wrong with the answer, or null. Headers that fetch refuses to send are not sent. */
export async function faultOf(
  indexer: TestIndexer,
  { method, path, body, token }: FuzzRequest,
  alice: string,
): Promise<string | null> {
  const shown = token === 'alice' ? alice : 'f'.repeat(64)
  const answer = await indexer.call(method, path, {
    ...(token !== 'none' && { token: shown }),
    ...(body !== undefined && method !== 'GET' && { body }),
  })
  if (answer.status >= 500) return `${answer.status} ${JSON.stringify(answer.body)}`
  const isProblem = answer.headers.get('content-type')?.includes('problem+json') ?? false
  return answer.status >= 400 && !isProblem ? `${answer.status} is no problem` : null
}

function safe(text: string): string {
  return text.toWellFormed()
}
