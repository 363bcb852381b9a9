import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { expect, test } from 'vitest'
import { callPeer, serveCalls } from '#node/p2p/calls.ts'
import { createWaitingRoom } from '#node/p2p/waiting-room.ts'
import type { CallRequest } from '#protocol/calls.ts'
import { callProtocol } from '#protocol/calls.ts'
import { Signature } from '#protocol/envelope.ts'
import { bob, jobId } from '#test/support/builders.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aHost, connect, silent } from '#test/support/peers.ts'

const request: CallRequest<'progress'> = {
  body: {
    v: 1,
    type: 'progress',
    job: jobId('alice'),
    encoder: bob,
    sequence: 1,
    stage: 'encoding',
    percent: 50,
  },
  author: bob,
  signature: Signature.parse('0'.repeat(130)),
}
const accepted = { accepted: true }
const protocol = callProtocol('progress')

async function aPair() {
  const stack = new AsyncDisposableStack()
  const server = stack.use(await aHost())
  const client = stack.use(await aHost())
  await connect(client, server)
  return { server, client, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const deps = ({ libp2p }: TestHost, places = 100) => ({
  ...{ libp2p, logger: silent, isWithinRate: () => true },
  waiting: createWaitingRoom(places),
})
const call = (client: TestHost, server: TestHost, signal?: AbortSignal) =>
  callPeer(client.libp2p, server.libp2p.peerId, 'progress', request, signal)
const openTo = (client: TestHost, server: TestHost) =>
  client.libp2p.dialProtocol(server.libp2p.peerId, protocol)

test('a call is answered, and the answerer knows which peer called', async () => {
  await using pair = await aPair()
  const { server, client } = pair
  const calls: unknown[] = []
  await serveCalls(deps(server), 'progress', async (asked, from) => {
    calls.push([asked, from.toString()])
    return { accepted: false, reason: 'no such job here' }
  })

  expect(await call(client, server)).toEqual({ accepted: false, reason: 'no such job here' })
  expect(calls).toEqual([[request, client.libp2p.peerId.toString()]])
})

test('a verb that the peer does not answer is an error', async () => {
  await using pair = await aPair()

  await expect(call(pair.client, pair.server)).rejects.toMatchObject({
    name: 'UnsupportedProtocolError',
  })
})

test('a handler that throws is the caller’s failure, and the next call is answered', async () => {
  await using pair = await aPair()
  const { server, client } = pair
  let calls = 0
  await serveCalls(deps(server), 'progress', async () => {
    calls += 1
    if (calls === 1) throw new Error('a bug in a handler')
    return accepted
  })

  await expect(call(client, server)).rejects.toThrow()
  expect(await call(client, server)).toEqual(accepted)
})

const badRequests: Record<string, (stream: Stream) => Promise<void>> = {
  'no JSON': (stream) => lpStream(stream).write(Buffer.from('{')),
  'no UTF-8': (stream) => lpStream(stream).write(Uint8Array.of(0xff, 0xfe)),
  'another verb’s request': (stream) => lpStream(stream).write(Buffer.from('{"transaction":{}}')),
  'larger than a message may be': (stream) => lpStream(stream).write(Buffer.alloc(16_385, ' ')),
  'a frame without an end': async (stream) => {
    stream.send(new Uint8Array(16).fill(0x80))
  },
  'half a frame': async (stream) => {
    stream.send(Uint8Array.of(100, 1, 2, 3))
    await stream.close()
  },
  nothing: async () => {},
  'nothing, with its side closed': (stream) => stream.close(),
}

for (const [name, send] of Object.entries(badRequests)) {
  test(`a request that is ${name} reaches no handler and blocks no other`, async () => {
    await using pair = await aPair()
    const { server, client } = pair
    let calls = 0
    const handler = async () => {
      calls += 1
      return accepted
    }
    await serveCalls(deps(server), 'progress', handler, { requestMs: 200, answerMs: 5_000 })

    const stream = await openTo(client, server)
    const frames = lpStream(stream)
    const answer = frames.read()
    answer.catch(() => {})
    await send(stream)
    await expect(answer).rejects.toThrow()

    expect(calls).toBe(0)
    expect(await call(client, server)).toEqual(accepted)
  })
}

const badAnswers: Record<string, (stream: Stream) => Promise<void>> = {
  'of another form': (stream) => lpStream(stream).write(Buffer.from('{"accepted":"yes"}')),
  'that is no JSON': (stream) => lpStream(stream).write(Buffer.from('yes')),
  'larger than a message may be': (stream) => lpStream(stream).write(Buffer.alloc(20_000, ' ')),
  'that ends in the middle': async (stream) => {
    stream.send(Uint8Array.of(100, 1, 2, 3))
    await stream.close()
  },
  'that never comes': async () => {},
}

for (const [name, answer] of Object.entries(badAnswers)) {
  test(`an answer ${name} is an error, and not waited for without end`, async () => {
    await using pair = await aPair()
    const { server, client } = pair
    await server.libp2p.handle(protocol, answer)

    await expect(call(client, server, AbortSignal.timeout(500))).rejects.toThrow()
  })
}

test('a peer over its rate is not answered', async () => {
  await using pair = await aPair()
  const { server, client } = pair
  let allowed = 1
  const isWithinRate = (peer: string): boolean =>
    peer === client.libp2p.peerId.toString() && allowed-- > 0
  await serveCalls({ ...deps(server), isWithinRate }, 'progress', async () => accepted)

  expect(await call(client, server)).toEqual(accepted)
  await expect(call(client, server)).rejects.toThrow()
})

test('many calls at once are all answered', async () => {
  await using pair = await aPair()
  const { server, client } = pair
  await serveCalls(deps(server), 'progress', async () => accepted)

  const answers = await Promise.all(Array.from({ length: 30 }, () => call(client, server)))

  expect(answers).toEqual(answers.map(() => accepted))
})
