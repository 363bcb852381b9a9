import type { Earning } from '#protocol/api/earnings.ts'
import { earningsRoute } from '#protocol/api/earnings.ts'
import type { Client, ReplyOf } from '#protocol/client.ts'
import type { HiveAccount } from '#protocol/ids.ts'

/** As many as the server gives at once. */
const limit = 500

/** Every payment of an account within bounds, page by page, the newest first. */
export async function allEarnings(
  call: Client,
  account: HiveAccount,
  bounds: { readonly from?: number; readonly to?: number },
): Promise<readonly Earning[]> {
  const all: Earning[] = []
  let cursor: string | null = null
  do {
    const { earnings, next }: ReplyOf<typeof earningsRoute> = await call(earningsRoute, {
      params: { account },
      query: { limit, ...bounds, ...(cursor === null ? {} : { cursor }) },
    })
    all.push(...earnings)
    cursor = next
  } while (cursor !== null)
  return all
}
