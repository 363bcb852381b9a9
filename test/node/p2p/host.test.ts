import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { expect, test } from 'vitest'
import { aHost } from '#test/support/peers.ts'

test('two hosts speak by TLS, and by Noise with whoever knows nothing else', async () => {
  await using host = await aHost()
  await using other = await aHost()
  await using stack = new AsyncDisposableStack()
  const noisy = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
  })
  stack.defer(() => noisy.stop())

  const usual = await other.libp2p.dial(host.libp2p.getMultiaddrs())
  const old = await noisy.dial(host.libp2p.getMultiaddrs())

  expect(usual).toMatchObject({ encryption: '/tls/1.0.0', remotePeer: host.libp2p.peerId })
  expect(old).toMatchObject({ encryption: '/noise', remotePeer: host.libp2p.peerId })
})
