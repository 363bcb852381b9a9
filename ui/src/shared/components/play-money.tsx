import type { ReactElement } from 'react'
import { useSession } from '#ui/shared/session.ts'
import { useSite } from '#ui/shared/site.ts'

/** Above every page of a development chain: nothing here is worth anything, and who signs by the server's own keys is told so. */
export function PlayMoney(): ReactElement | null {
  const { data: site } = useSite()
  const session = useSession()
  if (!site || site.isReal) return null
  return (
    <p className="bg-busy-ground px-4 py-1 text-center text-sm text-busy">
      Development chain: all money here is play money.
      {session?.wallet === 'development' &&
        ` The development signer signs for @${session.account}, with keys that everybody knows.`}
    </p>
  )
}
