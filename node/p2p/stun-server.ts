import type { RemoteInfo } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { createRateLimit } from './rate-limit.ts'

/** An IP address, and a port of UDP. */
export type StunPlace = { readonly host: string; readonly port: number }

/** A peer that makes its way through a NAT asks a few times at once, and then no more. */
const askedRate = { burst: 30, perSecond: 2, senders: 10_000 } as const

/** RFC 8489: the header's twenty bytes begin with the kind of message, and hold this number. */
const headerBytes = 20
const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const magicCookie = 0x2112a442
const xorMappedAddress = 0x0020

/**
 * Tells whoever asks by UDP from which address it does (STUN, RFC 8489). Two peers behind NATs learn by it where the other can be met.
 * It keeps nothing but the rates of its askers, and an answer is hardly longer than its question, so it amplifies no flood.
 */
export async function startStunServer({ host, port }: StunPlace): Promise<
  AsyncDisposable & {
    /** Where it listens, with the port that it took. */
    readonly place: StunPlace
  }
> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', ipv6Only: isIPv6(host) })
  const isWithinRate = createRateLimit(Date.now, askedRate)
  socket.on('message', (message, asker) => {
    if (!isBindingRequest(message) || !isWithinRate(asker.address)) return
    socket.send(answerTo(message, asker), asker.port, asker.address, () => undefined)
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  // What a network says of packets that it could not deliver is no failure of the server.
  socket.on('error', () => undefined)
  return {
    place: { host, port: socket.address().port },
    [Symbol.asyncDispose]: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

function isBindingRequest(message: Buffer): boolean {
  return (
    message.length >= headerBytes &&
    message.readUInt16BE(0) === bindingRequest &&
    message.readUInt32BE(4) === magicCookie
  )
}

/** The asker's address, mixed with the header's number and the question's own, as routers may rewrite addresses that they see. */
function answerTo(question: Buffer, { address, port }: RemoteInfo): Buffer {
  const plain = ipaddr.process(address.replace(/%.*$/, ''))
  const bytes = Buffer.from(plain.toByteArray())
  const mask = question.subarray(4, headerBytes)
  const value = Buffer.alloc(4 + bytes.length)
  value.writeUInt16BE(plain.kind() === 'ipv6' ? 2 : 1, 0)
  value.writeUInt16BE(port ^ (magicCookie >>> 16), 2)
  for (const [index, byte] of bytes.entries())
    value.writeUInt8(byte ^ mask.readUInt8(index), 4 + index)
  const header = Buffer.alloc(headerBytes + 4)
  header.writeUInt16BE(bindingSuccess, 0)
  header.writeUInt16BE(4 + value.length, 2)
  mask.copy(header, 4)
  header.writeUInt16BE(xorMappedAddress, headerBytes)
  header.writeUInt16BE(value.length, headerBytes + 2)
  return Buffer.concat([header, value])
}
