import { expect, test } from 'vitest'
import type { NodeRecord } from '#contracts/registry.ts'
import type { PeerDirectory } from '#node/p2p/peer-directory.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Multiaddr } from '#protocol/ids.ts'
import { account, alice, bob, carol } from '#test/support/builders.ts'
import { aDirectory } from '#test/support/directory.ts'
import type { TestHost, TestRegistry } from '#test/support/peers.ts'
import {
  aFreePort,
  aHost,
  aNodeRecord,
  aPeerDirectory,
  aRegistry,
  until,
} from '#test/support/peers.ts'

const { signal } = new AbortController()
const mallory = account('mallory')

/** Runs a directory until disposed. */
function running(peers: PeerDirectory): AsyncDisposable {
  const stop = new AbortController()
  const ended = peers.run(stop.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await ended
    },
  }
}

const addresses = (...texts: readonly string[]) => ({
  addresses: texts.map((text) => Multiaddr.parse(text)),
})
const addressOf = ({ libp2p }: TestHost): string => String(libp2p.getMultiaddrs()[0])
const peersOf = ({ libp2p }: TestHost): readonly string[] =>
  libp2p.getPeers().map((peer) => peer.toString())

async function hosts<Count extends number>(count: Count) {
  const stack = new AsyncDisposableStack()
  const made: TestHost[] = []
  while (made.length < count) made.push(stack.use(await aHost()))
  return { made: made as [TestHost, TestHost, TestHost], stack }
}

test('peers are found through the registry, and those that come later too', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other, late] = made
  const registry = aRegistry(aNodeRecord(alice, own), aNodeRecord(bob, other))
  const peers = aPeerDirectory(own, registry)
  await using _run = running(peers)

  await until(() => peers.isConnected(bob))
  expect(peers.isConnected(carol)).toBe(false)
  registry.register(aNodeRecord(carol, late))
  await until(() => peers.isConnected(carol))
})

test('a node that nobody has registered with is found by its bootstrap address', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other] = made
  await using _run = running(aPeerDirectory(own, aRegistry(), { bootstrap: [addressOf(other)] }))

  await until(() => peersOf(own).includes(other.libp2p.peerId.toString()))
})

test('a newcomer whom many registered peers come to at once still goes to others itself', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, ...sybils] = made
  const honest = stack.use(await aHost())
  for (const { libp2p } of sybils) await libp2p.dial(own.libp2p.getMultiaddrs())
  await until(() => peersOf(own).length === 2)
  const registry = aRegistry(
    aNodeRecord(alice, own),
    ...sybils.map((host, index) => aNodeRecord(account(`sybil-${index}`), host)),
    aNodeRecord(bob, honest),
  )
  const peers = aPeerDirectory(own, registry, { targetConnections: 2 })
  await using _run = running(peers)

  await until(() => peers.isConnected(bob))
})

test('a bootstrap address that is none is refused at once', async () => {
  await using own = await aHost()

  expect(() => aPeerDirectory(own, aRegistry(), { bootstrap: ['/nonsense'] })).toThrow(
    expect.objectContaining({ code: 'option-invalid' }),
  )
})

test('a node without registrations and bootstrap addresses dials nobody', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other] = made
  let rounds = 0
  const registry = aRegistry(aNodeRecord(alice, own))
  const counted = {
    ...registry,
    current: () => {
      rounds += 1
      return registry.current()
    },
  }
  await using _run = running(aPeerDirectory(own, counted, { everyMs: 1 }))

  await until(() => rounds > 10)

  expect(peersOf(own)).toEqual([])
  expect(peersOf(other)).toEqual([])
})

test('a peer that restarts keeps its identity and is connected again', async () => {
  await using own = await aHost()
  await using directory = await aDirectory()
  const listen = [`/ip4/127.0.0.1/tcp/${await aFreePort()}`]
  const registry = aRegistry()
  const peers = aPeerDirectory(own, registry)
  await using _run = running(peers)
  let first = ''
  {
    await using other = await aHost({ path: directory.path, listen })
    first = other.libp2p.peerId.toString()
    registry.register(aNodeRecord(bob, other))
    await until(() => peers.isConnected(bob))
  }
  await until(() => !peers.isConnected(bob))

  await using again = await aHost({ path: directory.path, listen })
  expect(again.libp2p.peerId.toString()).toBe(first)
  await until(() => peers.isConnected(bob))
})

test('a peer that moves is found where its new registration says', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, before, after] = made
  const registry = aRegistry(aNodeRecord(bob, before))
  const peers = aPeerDirectory(own, registry)
  await using _run = running(peers)
  await until(() => peers.isConnected(bob))

  registry.register(aNodeRecord(bob, after))

  expect(peers.isConnected(bob)).toBe(false)
  await until(() => peers.isConnected(bob))
  expect(String(await peers.connect(bob, signal))).toBe(after.libp2p.peerId.toString())
})

test('a retired node is neither dialled nor taken for connected', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other] = made
  const peers = aPeerDirectory(own, aRegistry(aNodeRecord(bob, other, { phase: 'retired' })))

  await expect(peers.connect(bob, signal)).rejects.toMatchObject({ code: 'peer-unreachable' })
})

const lies: Record<string, (own: TestHost, other: TestHost) => Partial<NodeRecord>> = {
  'is this node’s own peer': (own) => ({
    peer: own.libp2p.peerId.toString() as NodeRecord['peer'],
  }),
  'is no peer id': () => ({ peer: `12D3KooW${'z'.repeat(44)}` as NodeRecord['peer'] }),
  'has no address': () => addresses(),
  'has addresses that are none': () => addresses('/nonsense', '/ip4/999.1.1.1/tcp/1', '/ip4'),
  'names the peer of another in its address': (_own, other) =>
    addresses(`/ip4/127.0.0.1/tcp/1/p2p/${other.libp2p.peerId}`),
  'has addresses of other machines': () =>
    addresses('/ip4/10.0.0.1/tcp/4001', '/ip4/8.8.8.8/tcp/53', '/dns4/example.org/tcp/443'),
}

for (const [name, lie] of Object.entries(lies)) {
  test(`a registration that ${name} is harmless, and others are connected`, async () => {
    const { made, stack } = await hosts(3)
    await using _ = stack
    const [own, other, nobody] = made
    const registry = aRegistry(
      aNodeRecord(mallory, nobody, lie(own, other)),
      aNodeRecord(bob, other),
    )
    const peers = aPeerDirectory(own, registry)
    await using _run = running(peers)

    await until(() => peers.isConnected(bob))

    expect(peers.isConnected(mallory)).toBe(false)
    await expect(peers.connect(mallory, signal)).rejects.toThrow()
    expect(peersOf(nobody)).toEqual([])
  })
}

test('whoever answers at an address has to be the peer that was registered there', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, impostor, absent] = made
  const [where = ''] = addressOf(impostor).split('/p2p/')
  const registry = aRegistry(aNodeRecord(bob, absent, addresses(where)))
  const peers = aPeerDirectory(own, registry)

  await expect(peers.connect(bob, signal)).rejects.toThrow()

  expect(peers.isConnected(bob)).toBe(false)
  expect(peersOf(own)).toEqual([])
})

test('a second account that claims a peer with wrong addresses does not hide the first', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other] = made
  const registry = aRegistry(
    aNodeRecord(mallory, other, addresses(`/ip4/127.0.0.1/tcp/${await aFreePort()}`)),
    aNodeRecord(bob, other),
  )
  const peers = aPeerDirectory(own, registry)

  await expect(peers.connect(mallory, signal)).rejects.toThrow()
  await peers.connect(bob, signal)

  expect(peers.isConnected(bob)).toBe(true)
})

test('registrations that nobody answers for do not keep others out', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other, absent] = made
  const closed = addresses(`/ip4/127.0.0.1/tcp/${await aFreePort()}`)
  const registry: TestRegistry = aRegistry(
    ...Array.from({ length: 20 }, (_unused, index) =>
      aNodeRecord(account(`dead${index}`), absent, closed),
    ),
    aNodeRecord(bob, other),
  )
  const peers = aPeerDirectory(own, registry, { targetConnections: 1 })
  await using _run = running(peers)

  await until(() => peers.isConnected(bob))
})

test('an account beyond the connections that a node keeps is reached when it is called', async () => {
  const { made, stack } = await hosts(3)
  await using _ = stack
  const [own, other] = made
  const peers = aPeerDirectory(own, aRegistry(aNodeRecord(bob, other)), { targetConnections: 0 })

  const peer = await peers.connect(bob, signal)

  expect(peer.equals(other.libp2p.peerId)).toBe(true)
  expect(peers.isConnected(bob)).toBe(true)
})

test('an account without a node is unreachable', async () => {
  await using own = await aHost()
  const unknown: HiveAccount = account('nobody')

  await expect(aPeerDirectory(own, aRegistry()).connect(unknown, signal)).rejects.toMatchObject({
    code: 'peer-unreachable',
  })
})
