import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A network of network namespaces: machines with an address of their own, and machines behind routers that let nobody in. */
export type Internet = AsyncDisposable & {
  /** What comes before a command line so that it runs on a machine. */
  on(machine: Machine): readonly string[]
  addressOf(machine: PublicMachine): string
  /** Pulls the cable between the Internet and a machine, or the router that it is behind. */
  cut(machine: Machine): Promise<void>
  rejoin(machine: Machine): Promise<void>
}

/** Addresses that libp2p takes for public ones. Nothing leaves the namespaces, so they are nobody's. */
const publicAddresses = { chain: '45.83.0.5', hub: '45.83.0.10' } as const
const routers = {
  creator: { outside: '45.83.0.20', inside: '10.1.0' },
  encoder: { outside: '45.83.0.30', inside: '10.2.0' },
} as const
export type PublicMachine = keyof typeof publicAddresses
export type HiddenMachine = keyof typeof routers
export type Machine = PublicMachine | HiddenMachine

/** What a machine behind a router sends and gets, so that bytes take their time. */
const uplink = 'rate 16mbit burst 64kb latency 400ms'

/**
 * Makes the network. It takes root, for namespaces, and two packages of Debian's: rejects with an error that says what is missing.
 */
export async function anInternet(): Promise<Internet> {
  await requireTools()
  const name = (machine: string): string => `spk-${process.pid}-${machine}`
  const ip = async (...args: string[]): Promise<void> => void (await run('ip', args))
  const inside = async (machine: string, ...command: readonly string[]): Promise<void> =>
    ip('netns', 'exec', name(machine), ...command)
  await using starting = new AsyncDisposableStack()

  const machine = async (each: string): Promise<void> => {
    await ip('netns', 'add', name(each))
    starting.defer(() => ip('netns', 'del', name(each)))
    await ip('-n', name(each), 'link', 'set', 'lo', 'up')
  }
  /** A cable between two machines, named at each end. */
  const cable = async (
    [from, fromPort]: readonly [string, string],
    [to, toPort]: readonly [string, string],
  ): Promise<void> => {
    const peer = ['peer', 'name', toPort, 'netns', name(to)]
    await ip('link', 'add', fromPort, 'netns', name(from), 'type', 'veth', ...peer)
    await ip('-n', name(to), 'link', 'set', toPort, 'up')
    await ip('-n', name(from), 'link', 'set', fromPort, 'up')
  }
  const address = (each: string, port: string, text: string): Promise<void> =>
    ip('-n', name(each), 'addr', 'add', `${text}/24`, 'dev', port)
  const connected = async (each: string, text: string): Promise<void> => {
    await cable([each, 'wan'], ['core', each])
    await ip('-n', name('core'), 'link', 'set', each, 'master', 'bridge')
    await address(each, 'wan', text)
  }

  await machine('core')
  await ip('-n', name('core'), 'link', 'add', 'bridge', 'type', 'bridge')
  await ip('-n', name('core'), 'link', 'set', 'bridge', 'up')
  for (const [each, text] of Object.entries(publicAddresses)) {
    await machine(each)
    await connected(each, text)
  }
  for (const [each, { outside, inside: net }] of Object.entries(routers)) {
    const router = `${each}-nat`
    await machine(router)
    await machine(each)
    await connected(router, outside)
    await cable([each, 'eth'], [router, 'lan'])
    await address(router, 'lan', `${net}.1`)
    await address(each, 'eth', `${net}.2`)
    await ip('-n', name(each), 'route', 'add', 'default', 'via', `${net}.1`)
    await inside(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    await inside(router, 'nft', masquerade)
    for (const [place, port] of [
      [router, 'wan'],
      [router, 'lan'],
    ] as const)
      await inside(place, 'tc', 'qdisc', 'add', 'dev', port, 'root', 'tbf', ...uplink.split(' '))
  }
  // The chain serves its own machine only.
  await inside('chain', 'sysctl', '-qw', 'net.ipv4.conf.wan.route_localnet=1')
  await inside('chain', 'nft', handInside)

  const portOf = (each: Machine): string => (each in routers ? `${each}-nat` : each)
  const turn = (each: Machine, state: 'up' | 'down'): Promise<void> =>
    ip('-n', name('core'), 'link', 'set', portOf(each), state)
  const stack = starting.move()
  return {
    on: (each) => ['ip', 'netns', 'exec', name(each)],
    addressOf: (each) => publicAddresses[each],
    cut: (each) => turn(each, 'down'),
    rejoin: (each) => turn(each, 'up'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Whoever is inside gets out, and answers get in; what nobody asked for does not. */
const masquerade = `
table ip nat {
  chain postrouting {
    type nat hook postrouting priority 100;
    oifname "wan" masquerade
  }
}
table ip filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
  }
  chain input {
    type filter hook input priority 0; policy drop;
    iifname { "lo", "lan" } accept
    ct state established,related accept
  }
}`

const handInside = `
table ip nat {
  chain prerouting {
    type nat hook prerouting priority -100;
    iifname "wan" tcp dport 1-65535 dnat to 127.0.0.1
  }
}`

async function requireTools(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('Network namespaces take root: sudo npm run test:nat, on Linux.')
  for (const [tool, version, debianPackage] of [
    ['ip', '-V', 'iproute2'],
    ['tc', '-V', 'iproute2'],
    ['nft', '-v', 'nftables'],
    ['sysctl', '-V', 'procps'],
  ] as const)
    await run(tool, [version]).catch((cause: unknown) => {
      const message = `${tool} is missing: apt-get install ${debianPackage}, then npm run test:nat.`
      throw new Error(message, { cause })
    })
  await run('ip', ['netns', 'list']).catch((cause: unknown) => {
    throw new Error('This machine lets nobody make network namespaces.', { cause })
  })
}
