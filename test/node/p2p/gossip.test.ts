import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customJson } from '#market/domain/hive-operations.ts'
import type { Accounts } from '#node/chain/accounts.ts'
import { signTransaction } from '#node/chain/transactions.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import type { KeyRole } from '#node/devchain/keys.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import type { Finding } from '#node/p2p/validators.ts'
import { verdicts } from '#node/p2p/validators.ts'
import type { ChainTime } from '#protocol/ids.ts'
import { formatChainTime } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import {
  aBid,
  account,
  alice,
  anAward,
  anOffer,
  bob,
  hashHex,
  jobId,
  time,
} from '#test/support/builders.ts'
import type { TestDevchain } from '#test/support/devchain.ts'
import { aDevchain } from '#test/support/devchain.ts'
import type { GossipNode } from '#test/support/gossip-node.ts'
import {
  accountsAt,
  aLine,
  anAttackerOf,
  encode,
  gossipNodeOn,
  now,
  presenceOf,
  pubsub,
  sealedBy,
} from '#test/support/gossip-node.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aFreePort, aHost, until } from '#test/support/peers.ts'
import { sealed } from '#test/support/sealed.ts'
import { testNetwork } from '#test/support/test-chain.ts'

const { operationId } = testNetwork
const mallory = account('mallory')

let devchain: TestDevchain
let accounts: Accounts

beforeAll(async () => {
  devchain = await aDevchain({ accounts: { alice: {}, bob: {}, carol: {}, mallory: {} } })
  accounts = accountsAt(devchain.url)
})
afterAll(async () => await devchain[Symbol.asyncDispose]())

const gossipOn = (
  host: TestHost,
  options: Partial<Parameters<typeof gossipNodeOn>[1]> = {},
): GossipNode => gossipNodeOn(host, { chainAccounts: accounts, ...options })

const announced = (
  operations: readonly HiveOperation[],
  signer: readonly [string, KeyRole],
  { announcedAt = now, expiration = now + 60, chainId = devchainChainId } = {},
): TopicMessage<'offers'> => ({
  v: 1,
  type: 'announcement',
  announcedAt: time(announcedAt),
  transaction: signTransaction(
    {
      ref_block_num: 1,
      ref_block_prefix: 1,
      expiration: formatChainTime(time(expiration)),
      operations: [...operations],
      extensions: [],
    },
    [devchainKey(...signer)],
    chainId,
  ),
})

const offered = (
  signer: readonly [string, KeyRole] = ['alice', 'posting'],
  options: Parameters<typeof announced>[2] = {},
  says: (operation: Operation) => HiveOperation = (operation) =>
    customJson(operationId, alice, operation),
) => announced([says(anOffer())], signer, options)

describe('in three nodes over TCP', () => {
  test('an offer of one reaches all others once, and is not sent back', async () => {
    await using stack = new AsyncDisposableStack()
    const hosts = [await aHost(), await aHost(), await aHost()] as const
    for (const host of hosts) stack.use(host)
    const [first, middle, last] = hosts.map((host) => gossipOn(host)) as [
      GossipNode,
      GossipNode,
      GossipNode,
    ]
    await aLine(first, middle, last)

    await first.bus.publish('offers', offered())
    await until(() => last.heard.length > 0)
    await first.bus.publish('presence', sealedBy('alice', presenceOf(alice)))
    await until(() => last.heard.length > 1)

    for (const { heard } of [middle, last])
      expect(heard.map(({ topic }) => topic)).toEqual(['offers', 'presence'])
    expect(first.heard).toEqual([])
    expect([...first.findings(), ...middle.findings(), ...last.findings()]).toEqual([])
  })
})

const aSeal = (expires: ChainTime) =>
  ({
    v: 1,
    type: 'sealed-bid',
    job: aBid().job,
    encoder: bob,
    bid: hashHex('bid'),
    expires,
  }) as const

describe('a node', () => {
  let node: GossipNode
  let neighbour: GossipNode
  let stack: AsyncDisposableStack

  beforeAll(async () => {
    stack = new AsyncDisposableStack()
    node = gossipOn(stack.use(await aHost()))
    neighbour = gossipOn(stack.use(await aHost()))
    await aLine(node, neighbour)
  })
  afterAll(async () => await stack.disposeAsync())

  /** What the node finds, and whether its neighbour heard of it, once a later message has gone the same way. */
  async function judged(topic: Topic, data: Uint8Array, barrier: number) {
    await using attacker = await anAttackerOf(node)
    const [found, spread] = [node.findings().length, neighbour.heard.length]
    await attacker.send(topic, data)
    await until(() => node.findings().length > found || neighbour.heard.length > spread)
    const last = presenceOf(account('carol'), { at: time(now + barrier) })
    await node.bus.publish('presence', sealedBy('carol', last))
    await until(() => isDeepStrictEqual(bodyOf(neighbour.heard.at(-1)), last))
    const heard = neighbour.heard.slice(spread, -1)
    return { finding: node.findings()[found] ?? 'good', spread: heard.length }
  }

  const bodyOf = (heard: GossipNode['heard'][number] | undefined): unknown =>
    heard?.topic === 'presence' ? (heard.message as TopicMessage<'presence'>).body : null

  const rows: readonly (readonly [name: string, Finding, Topic, () => Uint8Array])[] = [
    ['no JSON', 'malformed', 'presence', () => Buffer.from('{')],
    ['no UTF-8', 'malformed', 'presence', () => Uint8Array.of(0xff, 0xfe)],
    ['a message of another topic', 'malformed', 'bids', () => encode('offers', offered())],
    [
      'a member that the schema does not know',
      'malformed',
      'presence',
      () =>
        Buffer.from(
          JSON.stringify({ ...sealedBy('bob', presenceOf(bob)), more: 'than was asked for' }),
        ),
    ],
    ['more than an envelope', 'too-large', 'presence', () => Buffer.alloc(8_193, ' ')],
    [
      'a signature of another key',
      'signature-wrong',
      'presence',
      () =>
        encode(
          'presence',
          sealedBy('bob', presenceOf(bob), { key: devchainKey('mallory', 'posting') }),
        ),
    ],
    [
      'a signature of a key that is not for posting',
      'signature-wrong',
      'presence',
      () =>
        encode('presence', sealedBy('bob', presenceOf(bob), { key: devchainKey('bob', 'memo') })),
    ],
    [
      'a signature for another chain',
      'signature-wrong',
      'presence',
      () => encode('presence', sealedBy('bob', presenceOf(bob), { chainId: '00'.repeat(32) })),
    ],
    [
      'a body changed after it was signed',
      'signature-wrong',
      'presence',
      () => {
        const envelope = sealedBy('bob', presenceOf(bob))
        return encode('presence', {
          ...envelope,
          body: { ...envelope.body, freeSlots: 9 },
        })
      },
    ],
    [
      'a signature from which no key can be recovered',
      'signature-wrong',
      'presence',
      () => {
        const envelope = sealedBy('bob', presenceOf(bob))
        return encode('presence', { ...envelope, signature: '0'.repeat(130) as never })
      },
    ],
    [
      'words put into the mouth of another account',
      'not-the-author',
      'presence',
      () => encode('presence', sealedBy('mallory', presenceOf(bob))),
    ],
    [
      'an account that the chain does not know',
      'unknown-account',
      'presence',
      () => encode('presence', sealedBy('nobody', presenceOf(account('nobody')))),
    ],
    [
      'a presence of long ago',
      'old',
      'presence',
      () => encode('presence', sealedBy('bob', presenceOf(bob, { at: time(now - 121) }))),
    ],
    [
      'a presence of times to come',
      'from-the-future',
      'presence',
      () => encode('presence', sealedBy('bob', presenceOf(bob, { at: time(now + 121) }))),
    ],
    [
      'a bid that has expired',
      'old',
      'bids',
      () => encode('bids', sealed('bob', aBid({ expires: time(now - 121) }))),
    ],
    [
      'the seal of a bid that is over',
      'old',
      'seals',
      () => encode('seals', sealed('bob', aSeal(time(now - 121)))),
    ],
    [
      'a seal in the name of another account',
      'not-the-author',
      'seals',
      () => encode('seals', sealed('mallory', aSeal(time(now)))),
    ],
    [
      'an offer that its creator did not sign',
      'signature-wrong',
      'offers',
      () => encode('offers', offered(['mallory', 'posting'])),
    ],
    [
      'an offer for another chain',
      'signature-wrong',
      'offers',
      () => encode('offers', offered(['alice', 'posting'], { chainId: '00'.repeat(32) })),
    ],
    [
      'an offer that names another account as who says it',
      'no-operation-of-the-market',
      'offers',
      () =>
        encode(
          'offers',
          offered(['alice', 'posting'], {}, (operation) =>
            customJson(operationId, mallory, operation),
          ),
        ),
    ],
    [
      'an award signed for posting only',
      'signature-wrong',
      'offers',
      () =>
        encode(
          'offers',
          announced([customJson(operationId, alice, anAward())], ['alice', 'posting']),
        ),
    ],
    [
      'an award that says to need posting only',
      'no-operation-of-the-market',
      'offers',
      () => {
        const [name, fields] = customJson(operationId, alice, anAward())
        const weaker = { ...fields, required_auths: [], required_posting_auths: ['alice'] }
        return encode('offers', announced([[name, weaker]], ['alice', 'posting']))
      },
    ],
    [
      'a transaction of another kind',
      'no-operation-of-the-market',
      'offers',
      () =>
        encode(
          'offers',
          announced(
            [customJson(operationId, alice, { v: 1, t: 'job.cancel', job: jobId('alice') })],
            ['alice', 'posting'],
          ),
        ),
    ],
    [
      'a transaction of another market',
      'no-operation-of-the-market',
      'offers',
      () =>
        encode(
          'offers',
          announced([customJson('other-market', alice, anOffer())], ['alice', 'posting']),
        ),
    ],
    [
      'a transaction that cannot be written down',
      'no-operation-of-the-market',
      'offers',
      () => {
        const message = offered()
        const [operation] = message.transaction.operations
        return encode('offers', {
          ...message,
          transaction: {
            ...message.transaction,
            operations: [operation!, ['vote', { nothing: 'that a vote has' }]],
          },
        })
      },
    ],
    [
      'an offer announced long ago',
      'old',
      'offers',
      () => encode('offers', offered(undefined, { announcedAt: now - 121 })),
    ],
    [
      'an offer announced in times to come',
      'from-the-future',
      'offers',
      () => encode('offers', offered(undefined, { announcedAt: now + 121 })),
    ],
    [
      'an offer whose bids are closed',
      'old',
      'offers',
      () => {
        const operation = anOffer({ bidsUntil: time(now - 121) })
        return encode(
          'offers',
          announced([customJson(operationId, alice, operation)], ['alice', 'posting']),
        )
      },
    ],
    [
      'an award whose transaction has expired',
      'old',
      'offers',
      () =>
        encode(
          'offers',
          announced([customJson(operationId, alice, anAward())], ['alice', 'active'], {
            expiration: now - 121,
          }),
        ),
    ],
    ['an offer as it should be', 'good', 'offers', () => encode('offers', offered())],
    [
      'an award as it should be',
      'good',
      'offers',
      () =>
        encode(
          'offers',
          announced([customJson(operationId, alice, anAward())], ['alice', 'active']),
        ),
    ],
    [
      'a seal as it should be',
      'good',
      'seals',
      () => encode('seals', sealed('bob', aSeal(time(now)))),
    ],
    ['a bid as it should be', 'good', 'bids', () => encode('bids', sealed('bob', aBid()))],
  ]

  test('has a case for each finding, and every finding one verdict', () => {
    const elsewhere: readonly Finding[] = ['duplicate', 'too-many', 'cannot-be-checked']
    const shown = new Set([...rows.map(([, finding]) => finding), ...elsewhere])
    expect([...shown].toSorted()).toEqual(Object.keys(verdicts).toSorted())
  })

  for (const [index, [name, finding, topic, data]] of rows.entries()) {
    test(`finds ${name} ${finding}, and ${verdicts[finding]}s it`, async () => {
      expect(await judged(topic, data(), index)).toEqual({
        finding,
        spread: verdicts[finding] === 'accept' ? 1 : 0,
      })
    })
  }

  test('neither hears nor forwards again what is replayed, however it is written', async () => {
    const envelope = sealedBy('bob', presenceOf(bob, { at: time(now + 60) }))
    const text = encode('presence', envelope)
    await using attacker = await anAttackerOf(node)
    const spread = neighbour.heard.length
    await attacker.send('presence', text)
    await until(() => neighbour.heard.length > spread)

    expect(await judged('presence', Buffer.from(`${text} `), 101)).toEqual({
      finding: 'duplicate',
      spread: 0,
    })
    const reordered = Object.fromEntries(Object.entries(JSON.parse(`${text}`)).toReversed())
    expect(await judged('presence', Buffer.from(JSON.stringify(reordered)), 102)).toEqual({
      finding: 'duplicate',
      spread: 0,
    })
    await using another = await anAttackerOf(node)
    await another.send('presence', text)
    expect(await judged('presence', Buffer.from('{"barrier":1}'), 103)).toEqual({
      finding: 'malformed',
      spread: 0,
    })
  })

  test('takes an offer once for a while, though its announcement is no part of what was signed', async () => {
    const { transaction } = offered(undefined, { expiration: now + 50 })
    const at = (announcedAt: number) =>
      encode('offers', {
        v: 1,
        type: 'announcement',
        announcedAt: time(announcedAt),
        transaction,
      })

    expect(await judged('offers', at(now + 1), 111)).toEqual({ finding: 'good', spread: 1 })
    expect(await judged('offers', at(now + 2), 112)).toEqual({ finding: 'duplicate', spread: 0 })
    expect(await judged('offers', at(now + 15), 113)).toEqual({ finding: 'good', spread: 1 })
  })
})

test('an account over its rate is ignored, and others are not', async () => {
  await using stack = new AsyncDisposableStack()
  const rate = { burst: 2, perSecond: 0, senders: 10 }
  const node = gossipOn(stack.use(await aHost()), { authorRate: rate })
  const attacker = stack.use(await anAttackerOf(node))
  for (let at = now; at < now + 4; at += 1)
    await attacker.send(
      'presence',
      encode('presence', sealedBy('bob', presenceOf(bob, { at: time(at) }))),
    )
  await attacker.send('presence', encode('presence', sealedBy('alice', presenceOf(alice))))

  await until(() => node.heard.length + node.findings().length === 5)

  expect(node.findings()).toEqual(['too-many', 'too-many'])
  expect(node.heard).toHaveLength(3)
})

test('messages in an account’s name that it did not sign do not use up its rate', async () => {
  await using stack = new AsyncDisposableStack()
  const rate = { burst: 1, perSecond: 0, senders: 10 }
  const node = gossipOn(stack.use(await aHost()), { authorRate: rate })
  const attacker = stack.use(await anAttackerOf(node))
  const forged = sealedBy('bob', presenceOf(bob), { key: devchainKey('mallory', 'posting') })
  await attacker.send('presence', encode('presence', forged))
  await until(() => node.findings().length === 1)
  await attacker.send('presence', encode('presence', sealedBy('bob', presenceOf(bob))))

  await until(() => node.heard.length === 1)

  expect(node.findings()).toEqual(['signature-wrong'])
})

test('a peer over its rate is ignored before anything is read', async () => {
  await using stack = new AsyncDisposableStack()
  const rate = { burst: 2, perSecond: 0, senders: 10 }
  const node = gossipOn(stack.use(await aHost()), { senderRate: rate })
  const attacker = stack.use(await anAttackerOf(node))
  for (let sent = 0; sent < 3; sent += 1) await attacker.send('bids', Buffer.from(`junk ${sent}`))

  await until(() => node.findings().length === 3)

  expect(node.findings()).toEqual(['malformed', 'malformed', 'too-many'])
})

test('a peer whose messages were rejected is listened to no more, and its neighbours are', async () => {
  await using stack = new AsyncDisposableStack()
  const node = gossipOn(stack.use(await aHost()))
  const attacker = stack.use(await anAttackerOf(node))
  const honest = stack.use(await anAttackerOf(node))
  for (let sent = 0; sent < 4; sent += 1) {
    await attacker.send('bids', Buffer.from(`junk ${sent}`))
    await until(() => node.findings().length > sent || scoreOf(attacker.host) < -80)
  }

  await until(() => scoreOf(attacker.host) < -80)
  await attacker.send('presence', encode('presence', sealedBy('bob', presenceOf(bob))))
  await honest.send('presence', encode('presence', sealedBy('alice', presenceOf(alice))))
  await until(() => node.heard.length > 0)

  expect(node.heard.map(({ message }) => (message as TopicMessage<'presence'>).author)).toEqual([
    alice,
  ])
  expect(scoreOf(honest.host)).toBeGreaterThanOrEqual(0)

  function scoreOf({ libp2p }: TestHost): number {
    return pubsub(node.host).getScore(libp2p.peerId.toString())
  }
})

test('what cannot be checked, because the chain does not answer, is ignored and costs nobody', async () => {
  await using stack = new AsyncDisposableStack()
  const url = `http://127.0.0.1:${await aFreePort()}`
  const node = gossipOn(stack.use(await aHost()), { chainAccounts: accountsAt(url) })
  const attacker = stack.use(await anAttackerOf(node))
  await attacker.send('presence', encode('presence', sealedBy('bob', presenceOf(bob))))

  await until(() => node.findings().length === 1)

  expect(node.findings()).toEqual(['cannot-be-checked'])
  expect(pubsub(node.host).getScore(attacker.host.libp2p.peerId.toString())).toBeGreaterThanOrEqual(
    0,
  )
})

test('a handler that throws ends nothing', async () => {
  await using stack = new AsyncDisposableStack()
  let calls = 0
  const onPresence = (): never => {
    calls += 1
    throw new Error('a bug in a handler')
  }
  const node = gossipOn(stack.use(await aHost()), { onPresence })
  const attacker = stack.use(await anAttackerOf(node))
  for (const at of [now, now + 1])
    await attacker.send(
      'presence',
      encode('presence', sealedBy('bob', presenceOf(bob, { at: time(at) }))),
    )

  await until(() => calls === 2)

  expect(node.findings()).toEqual([])
})

test('a message larger than the network takes is not sent', async () => {
  await using host = await aHost()
  const { bus } = gossipOn(host)
  const message = offered()
  const [operation] = message.transaction.operations
  const operations = [operation!, ['custom_json', { json: ' '.repeat(8_000) }]] as HiveOperation[]

  await expect(
    bus.publish('offers', {
      ...message,
      transaction: { ...message.transaction, operations },
    }),
  ).rejects.toThrow(RangeError)
})

test('the same message published twice is no failure', async () => {
  await using stack = new AsyncDisposableStack()
  const [first, second] = [gossipOn(stack.use(await aHost())), gossipOn(stack.use(await aHost()))]
  await aLine(first, second)
  const message = sealedBy('alice', presenceOf(alice))
  await first.bus.publish('presence', message)
  await first.bus.publish('presence', message)
  await first.bus.publish('presence', sealedBy('alice', presenceOf(alice, { at: time(now + 1) })))

  await until(() => second.heard.length === 2)
})
