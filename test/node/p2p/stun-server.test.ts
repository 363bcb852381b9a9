import type { Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startStunServer } from '#node/p2p/stun-server.ts'

/** A question as RFC 8489 has it, with twelve bytes of its own. */
const question = Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex')

async function aClient(): Promise<Socket & Disposable> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.close() })
}

test('whoever asks is told its address and port, as the standard writes them', async () => {
  await using server = await startStunServer({ host: '127.0.0.1', port: 0 })
  using client = await aClient()
  client.send(question, server.place.port, '127.0.0.1')
  const [answer] = (await once(client, 'message')) as [Buffer]
  const port = (client.address().port ^ 0x2112).toString(16).padStart(4, '0')
  const address = Buffer.from([127 ^ 0x21, 0x12, 0xa4, 1 ^ 0x42]).toString('hex')
  expect(answer.toString('hex')).toBe(
    `0101000c2112a442${question.subarray(8).toString('hex')}002000080001${port}${address}`,
  )
})

test('what is no question is not answered, and neither is one who asks too often', async () => {
  await using server = await startStunServer({ host: '127.0.0.1', port: 0 })
  using client = await aClient()
  const answers: Buffer[] = []
  client.on('message', (message) => answers.push(message))
  const send = (message: Buffer) =>
    new Promise((sent) => client.send(message, server.place.port, '127.0.0.1', sent))
  for (const nonsense of [Buffer.alloc(0), Buffer.alloc(400), question.subarray(0, 19)])
    await send(nonsense)
  await send(question)
  while (answers.length === 0) await once(client, 'message')
  for (let asked = 0; asked < 100; asked += 1) await send(question)
  // Packets between two sockets of one machine keep their order: another asker's answer comes after all of them.
  using other = createSocketAt('127.0.0.2')
  await once(other, 'listening')
  other.send(question, server.place.port, '127.0.0.1')
  await once(other, 'message')
  expect(answers.length).toBeLessThan(60)
  expect(answers.every((answer) => answer.length === 32)).toBe(true)
})

function createSocketAt(host: string): Socket & Disposable {
  const socket = createSocket('udp4')
  socket.bind(0, host)
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.close() })
}
