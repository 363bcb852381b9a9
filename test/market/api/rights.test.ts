import { beforeAll, describe, expect, test } from 'vitest'
import { rights } from '#market/api/rights.ts'
import { auditRoute } from '#protocol/api/audit.ts'
import { browserPlanRoute, completeBrowserRoute, putSegmentRoute } from '#protocol/api/browser.ts'
import { acceptRoute, settleRoute } from '#protocol/api/community.ts'
import {
  developmentSignatureRoute,
  developmentTransactionRoute,
} from '#protocol/api/development.ts'
import { eventSocketRoute } from '#protocol/api/events.ts'
import { marketJobRoute } from '#protocol/api/market-jobs.ts'
import { prepareOfferRoute, sourceRoute } from '#protocol/api/posting.ts'
import { signInRoute } from '#protocol/api/sessions.ts'
import { bringBlocksRoute, keepTreeRoute } from '#protocol/api/trees.ts'
import { beginUploadRoute, continueUploadRoute, removeUploadRoute } from '#protocol/api/uploads.ts'
import { incomingWebhookRoute } from '#protocol/api/webhooks.ts'
import { wholeRoute } from '#protocol/api/wholes.ts'
import type { Route } from '#protocol/route.ts'
import { alice, bob } from '#test/support/builders.ts'
import { fittingRequests } from '#test/support/indexer-requests.ts'
import { belongingsOf, setScene } from '#test/support/indexer-scene.ts'
import type { ApiQuestion, TestIndexer } from '#test/support/indexer-server.ts'
import { startTestIndexer } from '#test/support/indexer-server.ts'

/** Where it is not 200, for those who may ask: nothing is on this chain, no tab has the job, no tree is
 * here, what was uploaded goes on, and the signatures to sign in or call by are none. */
const answers = new Map<Route, number>([
  [marketJobRoute, 404],
  [wholeRoute, 404],
  [acceptRoute, 404],
  [settleRoute, 404],
  [signInRoute, 401],
  [sourceRoute, 404],
  [prepareOfferRoute, 422],
  [developmentSignatureRoute, 404],
  [developmentTransactionRoute, 404],
  [browserPlanRoute, 409],
  [putSegmentRoute, 409],
  [completeBrowserRoute, 409],
  [bringBlocksRoute, 400],
  [keepTreeRoute, 409],
  [incomingWebhookRoute, 401],
  [eventSocketRoute, 426],
  [beginUploadRoute, 201],
  [continueUploadRoute, 204],
  [removeUploadRoute, 204],
])

let indexer: TestIndexer
beforeAll(async () => {
  indexer = await startTestIndexer()
  return () => indexer[Symbol.asyncDispose]()
}, 60_000)

test('every route has a right, and a request to try it with', () => {
  expect(rights.size).toBeGreaterThan(15)
  expect([...fittingRequests.keys()]).toEqual(expect.arrayContaining([...rights.keys()]))
})

describe.each([...rights].map(([route, right]) => ({ route, right, ...route })))(
  '$method $path',
  ({ route, right, method, path: pattern }) => {
    const ask = async (question: Omit<ApiQuestion, 'body'>) => {
      const scene = await setScene(indexer)
      const { path = pattern, body, headers } = fittingRequests.get(route)?.(scene) ?? {}
      const before = await belongingsOf(indexer, alice)
      const answer = await indexer.ask(method, path, {
        ...{ ...question, body },
        headers: { ...headers, ...question.headers },
      })
      const isUnchanged = (await belongingsOf(indexer, alice)) === before
      return { ...answer, isUnchanged, secret: scene.secret }
    }
    const served = answers.get(route) ?? 200
    const isRefusal = (status: number): boolean => [401, 403, 404].includes(status)

    test('its owner is served', async () => {
      const { status, text } = await ask({ caller: alice })
      expect({ status, text }).toMatchObject({ status: served })
    })

    test.each(['', 'Bearer', `Bearer ${'0'.repeat(64)}`, 'Basic YWxpY2U6'])(
      'nobody by the name of %o is served what needs one, and changes nothing',
      async (authorization) => {
        const { status, isUnchanged, text, secret } = await ask({ headers: { authorization } })
        expect(isUnchanged).toBe(true)
        expect(text).not.toContain(secret)
        if (right.caller === 'account') expect(status).toBe(401)
        else expect(status).toBe(served)
      },
    )

    test("a stranger neither sees nor changes what is somebody else's", async () => {
      const { status, isUnchanged, text, secret } = await ask({ caller: bob })
      expect(text).not.toContain(secret)
      expect(isUnchanged).toBe(true)
      if (right.owns !== 'nothing') expect(isRefusal(status)).toBe(true)
      else expect(status).toBe(served)
    })
  },
)

test('the log shows an account what it has done itself, the newest first and page by page', async () => {
  const { waiting } = await setScene(indexer)
  await indexer.ask('DELETE', `/api/encoding/jobs/${waiting}`, { caller: alice })
  await indexer.ask('PATCH', '/api/encoding/settings/alice', {
    ...{ caller: alice, body: { budget: '2.000 HBD' } },
  })
  const page = async (caller: typeof alice, query: string) =>
    auditRoute.reply.parse(
      (await indexer.ask('GET', `${auditRoute.path}?${query}`, { caller })).json,
    ).entries
  const [newest, ...older] = await page(alice, 'limit=1')
  expect([newest?.action, older]).toEqual(['settings.changed', []])
  const [second] = await page(alice, `limit=1&before=${newest?.sequence}`)
  expect(second).toMatchObject({ action: 'job.cancelled', subject: waiting, actor: 'alice' })
  const bobs = await page(bob, 'limit=100')
  expect(bobs.filter(({ actor }) => actor !== 'bob')).toEqual([])
})
