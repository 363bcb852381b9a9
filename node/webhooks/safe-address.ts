import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Where strangers may make this program connect to: the public Internet, and this machine only where development says so. */
export type AddressPolicy = { readonly allowLoopback: boolean }

export type Address = { readonly address: string; readonly family: 4 | 6 }

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly Address[]>

export const resolveName: Resolve = async (name) => {
  const found = await lookup(name, { all: true, verbatim: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

type AddressRefusal =
  | 'url-invalid'
  | 'scheme-not-http'
  | 'credentials-in-url'
  | 'address-not-public'
  | 'name-unknown'

export type Checked<T> =
  | { readonly isSafe: true; readonly value: T }
  | { readonly isSafe: false; readonly reason: AddressRefusal }

/** Public by its number, yet answered by the machine's own host: the metadata and health service of Azure. */
const hostServices = new Set(['168.63.129.16'])
/** All that has been given out of IPv6 for the public Internet; what lies elsewhere is private, mapped or not given out. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether strangers may send us there. Refused are private, loopback, link-local, carrier-grade NAT, multicast, reserved and
 * unspecified addresses, those that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo), and metadata services.
 */
export function isSafeAddress(text: string, { allowLoopback }: AddressPolicy): boolean {
  // What the parser would take too, such as 1.2.3, nobody connects to.
  if (isIP(text) === 0) return false
  const address = ipaddr.parse(text)
  const range = address.range()
  if (range === 'loopback') return allowLoopback
  if (range !== 'unicast' || hostServices.has(address.toString())) return false
  return address.kind() === 'ipv4' || address.match(globalUnicast)
}

/** What can be said of a URL without asking for its name; for when an owner sets it. */
export function checkUrl(text: string, policy: AddressPolicy): Checked<URL> {
  const url = URL.parse(text)
  if (!url) return refused('url-invalid')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refused('scheme-not-http')
  if (url.username !== '' || url.password !== '') return refused('credentials-in-url')
  const name = hostOf(url)
  if (isIP(name) !== 0 && !isSafeAddress(name, policy)) return refused('address-not-public')
  return { isSafe: true, value: url }
}

export type SafeTarget = {
  readonly url: URL
  /** The one to connect to. Asking for the name again could give another answer. */
  readonly address: Address
}

/** Asks once for the name; one forbidden address among its answers forbids them all, as the next connection might take that one. */
export async function resolveSafely(
  text: string,
  { resolve, policy }: { readonly resolve: Resolve; readonly policy: AddressPolicy },
): Promise<Checked<SafeTarget>> {
  const checked = checkUrl(text, policy)
  if (!checked.isSafe) return checked
  const url = checked.value
  const addresses = await addressesOf(hostOf(url), resolve)
  const [address] = addresses
  if (!address) return refused('name-unknown')
  if (!addresses.every((each) => isSafeAddress(each.address, policy)))
    return refused('address-not-public')
  return { isSafe: true, value: { url, address } }
}

async function addressesOf(name: string, resolve: Resolve): Promise<readonly Address[]> {
  const family = isIP(name)
  if (family === 4 || family === 6) return [{ address: name, family }]
  return await resolve(name).catch(() => [])
}

/** URLs write IPv6 addresses in brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function refused(reason: AddressRefusal): {
  readonly isSafe: false
  readonly reason: AddressRefusal
} {
  return { isSafe: false, reason }
}
