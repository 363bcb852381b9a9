import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { MilliHbd, milliHbd } from '#protocol/amount.ts'
import type { registerEncoderRoute } from '#protocol/api/encoders.ts'
import { Moment } from '#protocol/api/moment.ts'
import type { RequestOf } from '#protocol/client.ts'
import { CallError, createClient } from '#protocol/client.ts'
import { defineRoute } from '#protocol/route.ts'

const route = defineRoute({
  method: 'POST',
  path: '/jobs/:id/bids/:bidder',
  params: z.strictObject({ id: z.string(), bidder: z.string() }),
  query: z.strictObject({
    limit: z.coerce.number().int().default(20),
    after: z.string().optional(),
  }),
  body: z.strictObject({ price: MilliHbd, note: z.string().default('none') }),
  reply: z.strictObject({ at: Moment, price: MilliHbd }),
})
const request = { params: { id: 'a/b', bidder: 'bob' }, body: { price: milliHbd(1_234n) } }
const good = { at: '2026-01-02T03:04:05.000Z', price: '0.500 HBD' }

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

type Heard = { readonly line: string; readonly headers: unknown; readonly body: string }

/** A server that answers everything alike, and what it has heard. */
async function serverOf(status: number, answer: string, headers: Record<string, string> = {}) {
  const heard: Heard[] = []
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => {
      const body = Buffer.concat(pieces).toString()
      heard.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body })
      response.writeHead(status, headers).end(answer)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  stops.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

test('a call goes out in its wire form and comes back in its memory form', async () => {
  const { url, heard } = await serverOf(200, JSON.stringify(good))
  const call = createClient({ url, headers: () => ({ authorization: 'Bearer t' }) })
  const reply = await call(route, { ...request, query: { after: 'x y' } })
  expect(reply).toEqual({ at: new Date(good.at), price: 500n })
  expectTypeOf(reply.at).toEqualTypeOf<Date>()
  expect(heard).toMatchObject([
    {
      line: 'POST /jobs/a%2Fb/bids/bob?after=x+y',
      body: '{"price":"1.234 HBD"}',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    },
  ])
})

test('what a schema may do without need not be said', () => {
  expectTypeOf<{ body: { id: 'me-1'; kind: 'browser' } }>().toExtend<
    RequestOf<typeof registerEncoderRoute>
  >()
  expectTypeOf<{ params: { id: string; bidder: string } }>().not.toExtend<RequestOf<typeof route>>()
})

test.each([
  [403, '{"code":"forbidden","detail":"This job is not yours."}', 'This job is not yours.'],
  [409, '{"code":"forbidden","message":"Busy."}', 'Busy.'],
  [502, '<html>', 'The server answers 502.'],
])('a refusal by %i is told as the server words it', async (status, answer, message) => {
  const { url } = await serverOf(status, answer, { 'retry-after': '7' })
  const refusal = await createClient({ url })(route, request).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(CallError)
  const code = answer.startsWith('{') ? 'forbidden' : 'http-502'
  expect(refusal).toMatchObject({ status, message, code, retryAfterSeconds: 7 })
})

test('an answer that the route does not know is no reply', async () => {
  const { url } = await serverOf(200, '{"price":"0.500 HBD"}')
  await expect(createClient({ url })(route, request)).rejects.toMatchObject({
    code: 'unintelligible',
  })
})

test('a server that is not there is unreachable, and a call that is given up is not an error of its own', async () => {
  const { url } = await serverOf(200, '{}')
  for (const stop of stops.splice(0)) stop()
  await expect(createClient({ url })(route, request)).rejects.toMatchObject({ code: 'unreachable' })
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await expect(createClient({ url })(route, request, { signal })).rejects.toBe(reason)
})
