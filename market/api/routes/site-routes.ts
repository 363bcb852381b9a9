import type Router from '@koa/router'
import {
  developmentSignatureRoute,
  developmentTransactionRoute,
} from '#protocol/api/development.ts'
import { joinRoute } from '#protocol/api/join.ts'
import { siteRoute } from '#protocol/api/site.ts'
import type { Multiaddr } from '#protocol/ids.ts'
import { MarketError } from '../../errors.ts'
import type { DevelopmentSigner } from '../../ports/development-signer.ts'
import { mount } from '../mount.ts'

type Site = {
  readonly chain: string
  readonly chainId: string
  readonly operationId: string
  readonly isReal: boolean
}

export type SiteRouteDeps = {
  readonly site: Site
  /** Where pages can dial the server's peer, as of now. */
  readonly webSocketAddresses: () => readonly Multiaddr[]
  /** Null on every chain but a development chain whose operator wants it. */
  readonly developmentSigner: DevelopmentSigner | null
}

export function mountSiteRoutes(router: Router, deps: SiteRouteDeps): void {
  const { site, developmentSigner } = deps
  mountJoinRoute(router, deps)
  mount(router, siteRoute, async () => ({
    ...{ ...site, isReadOnly: false },
    developmentSigner: developmentSigner && { accounts: developmentSigner.accounts },
  }))
  mount(router, developmentSignatureRoute, async ({ body: { account, message } }) => ({
    signature: await offered(developmentSigner).signMessage(account, message),
  }))
  mount(router, developmentTransactionRoute, async ({ body: { account, operations, role } }) => ({
    transaction: await offered(developmentSigner).broadcast(account, operations, role),
  }))
}

/** Of a server that shows the market and changes nothing in it. */
export function mountReadOnlySite(router: Router, deps: JoinRouteDeps): void {
  const { site } = deps
  mountJoinRoute(router, deps)
  mount(router, siteRoute, async () => ({ ...site, isReadOnly: true, developmentSigner: null }))
}

type JoinRouteDeps = Pick<SiteRouteDeps, 'site' | 'webSocketAddresses'>

function mountJoinRoute(router: Router, { site, webSocketAddresses }: JoinRouteDeps): void {
  mount(router, joinRoute, async () => ({
    operationId: site.operationId,
    addresses: webSocketAddresses(),
  }))
}

function offered(signer: DevelopmentSigner | null): DevelopmentSigner {
  if (signer) return signer
  throw new MarketError('not-found', 'This server signs for nobody: use a wallet.')
}
