import { expect, test } from 'vitest'
import type { Address } from '#node/webhooks/safe-address.ts'
import { checkUrl, isSafeAddress, resolveSafely } from '#node/webhooks/safe-address.ts'

const policy = { allowLoopback: false }
const publicAddress: Address = { address: '93.184.215.14', family: 4 }

const hostile = [
  ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
  ['loopback', ['127.0.0.1', '127.8.9.10', '::1']],
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1']],
  ['link-local', ['169.254.0.1', 'fe80::1', 'fe80::1%eth0']],
  ['metadata services', ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast and broadcast', ['224.0.0.1', '239.255.255.255', 'ff02::1', '255.255.255.255']],
  [
    'reserved',
    ['192.0.0.192', '192.0.2.1', '198.18.0.1', '203.0.113.1', '240.0.0.1', '2001:db8::1'],
  ],
  ['IPv4-mapped and -compatible', ['::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1']],
  ['translated', ['::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '64:ff9b::808:808']],
  ['tunnelled', ['2002:7f00:1::', '2002:a00:1::1', '2001::1', '192.88.99.1']],
  ['not given out', ['4000::1', '5f00::1', '100::1', 'fec0::1', '3fff::1']],
  ['no addresses', ['', 'localhost', '1.2.3', '300.1.1.1']],
] as const

test.each(hostile)('%s: nobody is sent there', (_, addresses) => {
  expect(addresses.filter((address) => isSafeAddress(address, policy))).toEqual([])
})

test('public addresses are served', () => {
  const addresses = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1']
  expect(addresses.filter((address) => !isSafeAddress(address, policy))).toEqual([])
})

test('development may reach its own machine, and nothing else besides', () => {
  const allowed = hostile
    .flatMap(([, addresses]) => [...addresses])
    .filter((address) => isSafeAddress(address, { allowLoopback: true }))
  expect(allowed).toEqual(['127.0.0.1', '127.8.9.10', '::1'])
})

test.each([
  ['ftp://example.com/', 'scheme-not-http'],
  ['file:///etc/passwd', 'scheme-not-http'],
  ['gopher://127.0.0.1:70/', 'scheme-not-http'],
  ['javascript:alert(1)', 'scheme-not-http'],
  ['//example.com/', 'url-invalid'],
  ['http://', 'url-invalid'],
  ['https://user:password@example.com/', 'credentials-in-url'],
  ['https://example.com@127.0.0.1/', 'credentials-in-url'],
  ['http://127.0.0.1:6379/', 'address-not-public'],
  ['http://2130706433/', 'address-not-public'],
  ['http://0x7f.1/', 'address-not-public'],
  ['http://0177.0.0.1/', 'address-not-public'],
  ['http://127.1/', 'address-not-public'],
  ['http://127。0。0。1/', 'address-not-public'],
  ['http://①②⑦.0.0.1/', 'address-not-public'],
  ['http://[::1]/', 'address-not-public'],
  ['http://[::ffff:7f00:1]/', 'address-not-public'],
  ['http://[fd00:ec2::254]/latest/meta-data/', 'address-not-public'],
] as const)('%s is refused before any lookup: %s', async (url, reason) => {
  expect(checkUrl(url, policy)).toEqual({ isSafe: false, reason })
  const resolve = () => Promise.reject(new Error('asked for a name'))
  expect(await resolveSafely(url, { resolve, policy })).toEqual({ isSafe: false, reason })
})

test('a name is served at its first public address', async () => {
  const other: Address = { address: '2606:4700::1111', family: 6 }
  const resolve = async () => [publicAddress, other]
  const target = await resolveSafely('https://example.com/hook', { resolve, policy })
  expect(target).toEqual({
    isSafe: true,
    value: { url: new URL('https://example.com/hook'), address: publicAddress },
  })
})

test.each(['localhost', 'localhost.', 'printer.local', 'metadata.google.internal'])(
  'a name of the inside, %s, is refused by what it stands for',
  async (name) => {
    const inside: Address = { address: '169.254.169.254', family: 4 }
    for (const answers of [[inside], [publicAddress, inside]]) {
      const resolve = async () => answers
      const target = await resolveSafely(`http://${name}/`, { resolve, policy })
      expect(target).toEqual({ isSafe: false, reason: 'address-not-public' })
    }
  },
)

test('a name that nobody knows, or without addresses, is refused', async () => {
  for (const resolve of [async () => [], () => Promise.reject(new Error('ENOTFOUND'))])
    expect(await resolveSafely('https://nowhere.example/', { resolve, policy })).toEqual({
      isSafe: false,
      reason: 'name-unknown',
    })
})
