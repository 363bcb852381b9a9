import type Router from '@koa/router'
import { auditRoute } from '#protocol/api/audit.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import { mount } from '../mount.ts'
import { signedIn } from './callers.ts'

export type AuditRouteDeps = { readonly auditLog: Pick<AuditLog, 'list'> }

export function mountAuditRoute(router: Router, { auditLog }: AuditRouteDeps): void {
  mount(router, auditRoute, async ({ query: { limit, before }, caller }) => {
    const asked = { actor: signedIn(caller), limit, ...(before !== undefined && { before }) }
    const entries = await auditLog.list(asked)
    return {
      entries: entries.map(({ previousHash, hash, ...entry }) => ({
        ...entry,
        previousHash: Sha256Hex.parse(previousHash),
        hash: Sha256Hex.parse(hash),
      })),
    }
  })
}
