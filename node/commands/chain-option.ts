import { Option } from 'commander'
import { z } from 'zod'
import type { Network, NetworkName } from '../networks.ts'
import { networks } from '../networks.ts'
import { collectedBy } from './options.ts'

const names = Object.keys(networks) as NetworkName[]
const Chain = z.union([z.enum(names), z.url()], `not one of ${names.join(', ')}, nor a URL`)

/** `--chain`, of commands that only read it: a network by its name, or endpoints to ask. */
export function chainOption(): Option {
  return new Option(
    '--chain <chain>',
    `${names.join(' or ')}, or the URL of an endpoint; may be repeated (default: devchain at its usual endpoint)`,
  ).argParser(collectedBy(Chain))
}

/** The chain that was named, and the endpoints to ask; an endpoint alone is one of the development chain. */
export function chainOf(named: readonly string[]): {
  readonly network: Network
  readonly rpc: readonly string[]
} {
  const urls = named.filter((name) => !(name in networks))
  const network: Network = named.includes('mainnet') ? networks.mainnet : networks.devchain
  return { network, rpc: urls.length > 0 ? urls : network.rpc }
}
