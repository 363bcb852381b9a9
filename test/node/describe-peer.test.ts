import path from 'node:path'
import type { Libp2p } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { measuredCapabilities } from '#node/benchmark/measure-and-keep.ts'
import { describePeer } from '#node/describe-peer.ts'
import { createKeptCapabilities } from '#node/encoding/codecs/kept-capabilities.ts'
import type { PeerConfig } from '#node/peer-config.ts'
import type { EncoderCapability } from '#protocol/encoder.ts'
import { formatOperation, operationLimitBytes, parseOperation } from '#protocol/operation.ts'
import { encoderProfile, peerId } from '#test/support/builders.ts'
import { makeFolder, openTools } from '#test/support/ffmpeg.ts'

const tools = await openTools()

/** As many as an encoder may publish, each as long as it may be. */
const measured = Array.from(
  { length: 12 },
  (_, index): EncoderCapability => ({
    codec: 'h264',
    encoder: `h264_${String(index).padEnd(27, 'x')}`,
    hwAccel: 'videotoolbox',
    maxResolution: '2160p',
    speed: 10_000_000,
  }),
)

const longest = `/dns4/${'a'.repeat(63)}.example/tcp/65535/p2p/${peerId('bob')}`

function register(
  capabilities: readonly EncoderCapability[] | null,
  { reach = 'anywhere', addresses = Array<string>(9).fill(longest) } = {},
) {
  const config = { roles: ['encoder'], encoder: { pricePercent: 100_000n }, network: { reach } }
  const libp2p = {
    peerId: peerId('bob'),
    getMultiaddrs: () => addresses.map((address) => multiaddr(address)),
  }
  return describePeer({
    config: config as unknown as PeerConfig,
    engine: { class: encoderProfile.class, workers: 256 } as EncodingEngine,
    hwAccel: 'vaapi',
    capabilities,
    libp2p: libp2p as unknown as Libp2p,
  })
}

test('what the benchmark has kept in a node’s directory is what the node registers, within what an operation may take', async () => {
  const directory = await makeFolder()
  const kept = createKeptCapabilities(tools, { file: path.join(directory, 'capabilities.json') })
  await kept.write(measured)
  const registration = register(
    await measuredCapabilities(tools, directory, path.join(directory, 'nothing')),
  )
  expect(registration.encoder?.capabilities).toEqual(measured)
  expect(registration.encoder?.hwAccel).toBe('vaapi')
  const text = formatOperation(registration)
  expect(Buffer.byteLength(text)).toBeLessThan(operationLimitBytes)
  expect(parseOperation(text)).toMatchObject({ ok: true, operation: registration })
})

test('what was measured for no node in particular counts where a node has nothing of its own', async () => {
  const [own, elsewhere] = [await makeFolder(), await makeFolder()]
  const kept = createKeptCapabilities(tools, { file: path.join(elsewhere, 'capabilities.json') })
  expect(await measuredCapabilities(tools, own, elsewhere)).toBeNull()
  expect(register(null).encoder).not.toHaveProperty('capabilities')
  await kept.write(measured.slice(0, 1))
  expect(await measuredCapabilities(tools, own, elsewhere)).toEqual(measured.slice(0, 1))
})

test('what nobody within reach could dial is not registered', () => {
  const addresses = ['/ip4/127.0.0.1/tcp/1', '/ip4/192.168.1.2/tcp/1', '/ip4/8.8.8.8/tcp/1']
  expect(register(null, { addresses }).addresses).toEqual(['/ip4/8.8.8.8/tcp/1'])
  expect(register(null, { reach: 'loopback', addresses }).addresses).toEqual([
    '/ip4/127.0.0.1/tcp/1',
  ])
})
