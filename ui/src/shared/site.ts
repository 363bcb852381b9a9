import type { UseQueryResult } from '@tanstack/react-query'
import { siteRoute } from '#protocol/api/site.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { useRoute } from './use-route.ts'

/** Which chain the page's server follows, and whether it signs for play accounts. */
export function useSite(): UseQueryResult<ReplyOf<typeof siteRoute>, Error> {
  return useRoute(siteRoute, {})
}
