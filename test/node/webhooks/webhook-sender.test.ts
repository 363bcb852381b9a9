import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Resolve, SafeTarget } from '#node/webhooks/safe-address.ts'
import { createWebhookSender } from '#node/webhooks/webhook-sender.ts'
import { utf8 } from '#protocol/canonical.ts'

type Local = AsyncDisposable & { readonly port: number; readonly seen: IncomingMessage[] }

async function aServer(listener: (response: ServerResponse, body: string) => void): Promise<Local> {
  const seen: IncomingMessage[] = []
  const handle: RequestListener = async (request, response) => {
    seen.push(request)
    let body = ''
    for await (const chunk of request) body += chunk
    listener(response, body)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const local: SafeTarget['address'] = { address: '127.0.0.1', family: 4 }
const toThisMachine: Resolve = async () => [local]
const never = new AbortController().signal

function send(
  url: string,
  {
    resolve = toThisMachine,
    allowLoopback = true,
    limitMs = 5_000,
    signal = never,
  }: {
    resolve?: Resolve
    allowLoopback?: boolean
    limitMs?: number
    signal?: AbortSignal
  } = {},
) {
  const sender = createWebhookSender(
    { resolve, now: () => performance.now() },
    { policy: { allowLoopback }, limitMs },
  )
  const headers = { 'content-type': 'application/json', 'webhook-id': 'event-1' }
  return sender.send({ url, headers, body: utf8('{"a":1}') }, signal)
}

test('a call arrives with its headers and its exact bytes, and the answer is told', async () => {
  await using server = await aServer((response, body) =>
    response.writeHead(202, { 'retry-after': '120' }).end(`got ${body}`),
  )
  expect(await send(`http://hooks.example:${server.port}/a?b=c`)).toEqual({
    type: 'answered',
    status: 202,
    answer: 'got {"a":1}',
    latencyMs: expect.any(Number),
    retryAfterSeconds: 120,
  })
  const [request] = server.seen
  expect(request).toMatchObject({ method: 'POST', url: '/a?b=c' })
  expect(request?.headers).toMatchObject({
    host: `hooks.example:${server.port}`,
    'webhook-id': 'event-1',
    'content-length': '7',
  })
})

test('a name that changes its address after the check is not asked again', async () => {
  await using server = await aServer((response) => response.end())
  let lookups = 0
  const resolve: Resolve = async () => {
    lookups += 1
    return lookups === 1 ? [local] : [{ address: '169.254.169.254', family: 4 }]
  }
  const url = `http://rebinding.example:${server.port}/`
  expect(await send(url, { resolve })).toMatchObject({ type: 'answered', status: 200 })
  expect(lookups).toBe(1)
  expect(await send(url, { resolve })).toMatchObject({ reason: 'address-not-public' })
  expect(server.seen).toHaveLength(1)
})

test('nothing is sent to this machine unless development allows it', async () => {
  await using server = await aServer((response) => response.end())
  for (const host of ['127.0.0.1', 'localhost', 'inside.example'])
    expect(await send(`http://${host}:${server.port}/`, { allowLoopback: false })).toMatchObject({
      type: 'unanswered',
      reason: 'address-not-public',
    })
  expect(server.seen).toHaveLength(0)
})

test('a redirect is an answer like any other, and is not followed', async () => {
  await using inside = await aServer((response) => response.end('secret'))
  await using server = await aServer((response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/` }).end(),
  )
  expect(await send(`http://hooks.example:${server.port}/`)).toMatchObject({
    status: 307,
    answer: '',
  })
  expect(inside.seen).toHaveLength(0)
})

test('of an endless answer the first kilobyte is kept, and the connection is cut', async () => {
  let cut: () => void = () => undefined
  const isCut = new Promise<void>((resolve) => {
    cut = resolve
  })
  await using server = await aServer((response) => {
    response.once('close', cut)
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(8_192)));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  const outcome = await send(`http://hooks.example:${server.port}/`)
  expect(outcome).toMatchObject({ type: 'answered', status: 200, answer: 'x'.repeat(1_024) })
  await isCut
})

test('who never answers is given up', async () => {
  await using server = await aServer(() => undefined)
  const outcome = await send(`http://hooks.example:${server.port}/`, { limitMs: 100 })
  expect(outcome).toMatchObject({ type: 'unanswered', reason: 'too-slow' })
})

test('who begins an answer and does not end it has answered', async () => {
  await using server = await aServer((response) => void response.writeHead(200).write('well'))
  const outcome = await send(`http://hooks.example:${server.port}/`, { limitMs: 500 })
  expect(outcome).toMatchObject({ type: 'answered', status: 200, answer: 'well' })
})

test('headers without end are cut off', async () => {
  await using server = await aServer((response) =>
    response.writeHead(200, { 'x-much': 'x'.repeat(15_000) }).end(),
  )
  const outcome = await send(`http://hooks.example:${server.port}/`)
  expect(outcome).toMatchObject({ type: 'unanswered', reason: 'HPE_HEADER_OVERFLOW' })
})

test('a name server that does not answer is given up', async () => {
  const resolve: Resolve = () => new Promise(() => undefined)
  const outcome = await send('http://hooks.example/', { resolve, limitMs: 50 })
  expect(outcome).toMatchObject({ type: 'unanswered', reason: 'too-slow' })
})

test('a closed door is an outcome, told by its code alone', async () => {
  const { port } = await (async () => {
    await using gone = await aServer(() => undefined)
    return gone
  })()
  const outcome = await send(`http://hooks.example:${port}/`)
  expect(outcome).toMatchObject({ type: 'unanswered', reason: 'ECONNREFUSED' })
})

test('whoever stops this program stops its calls', async () => {
  const stop = new AbortController()
  await using server = await aServer(() => stop.abort(new Error('stopping')))
  const sent = send(`http://hooks.example:${server.port}/`, { signal: stop.signal })
  await expect(sent).rejects.toThrow('stopping')
})
