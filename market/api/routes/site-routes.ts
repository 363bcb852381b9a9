import type Router from '@koa/router'
import {
  developmentSignatureRoute,
  developmentTransactionRoute,
} from '#protocol/api/development.ts'
import { siteRoute } from '#protocol/api/site.ts'
import { MarketError } from '../../errors.ts'
import type { DevelopmentSigner } from '../../ports/development-signer.ts'
import { mount } from '../mount.ts'

export type SiteRouteDeps = {
  readonly site: {
    readonly chain: string
    readonly chainId: string
    readonly operationId: string
    readonly isReal: boolean
  }
  /** Null on every chain but a development chain whose operator wants it. */
  readonly developmentSigner: DevelopmentSigner | null
}

export function mountSiteRoutes(router: Router, { site, developmentSigner }: SiteRouteDeps): void {
  mount(router, siteRoute, async () => ({
    ...site,
    developmentSigner: developmentSigner && { accounts: developmentSigner.accounts },
  }))
  mount(router, developmentSignatureRoute, async ({ body: { account, message } }) => ({
    signature: await offered(developmentSigner).signMessage(account, message),
  }))
  mount(router, developmentTransactionRoute, async ({ body: { account, operations, role } }) => ({
    transaction: await offered(developmentSigner).broadcast(account, operations, role),
  }))
}

function offered(signer: DevelopmentSigner | null): DevelopmentSigner {
  if (signer) return signer
  throw new MarketError('not-found', 'This server signs for nobody: use a wallet.')
}
