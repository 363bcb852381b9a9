import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createConnection } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { readBody } from '#market/api/read-body.ts'
import { MarketError } from '#market/errors.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** Sends what is given and leaves the rest open; resolves to what came of reading it, as the handler saw it. */
async function outcomeOf(
  request: string,
  limits = { bytes: 100, milliseconds: 5_000 },
  isGoingAway = false,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  server = createServer((incoming, response) => {
    void readBody(incoming, limits)
      .then((body) => body.toString())
      .catch((error: unknown) => (error instanceof MarketError ? error.code : `bug: ${error}`))
      .then((outcome) => {
        response.setHeader('connection', 'close')
        response.end(outcome)
        resolve(outcome)
      })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const socket = createConnection((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(request, () => isGoingAway && socket.destroy())
  const outcome = await promise
  if (!isGoingAway) {
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    expect(answer).toContain(outcome)
  }
  return outcome
}

const post = (length: number, body: string): string =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${body}`

test('a body is read whole', async () => {
  expect(await outcomeOf(post(5, 'hello'))).toBe('hello')
})

test('one that is too large is refused, and its sender is told', async () => {
  expect(await outcomeOf(post(1_000_000, 'x'.repeat(200)))).toBe('body-too-large')
})

test('one that does not come is refused in time, and its sender is told', async () => {
  const limits = { bytes: 100, milliseconds: 50 }
  expect(await outcomeOf(post(50, 'half'), limits)).toBe('request-slow')
})

test('a client that goes away is no bug', async () => {
  expect(await outcomeOf(post(50, 'half'), undefined, true)).toBe('cancelled')
})
