import type { ReactElement } from 'react'
import { useSession } from '#ui/shared/session.ts'
import { Button } from './button.tsx'

const leave = async (): Promise<void> => await (await import('#ui/shared/wallet.ts')).signOut()

/** Who is signed in, in the head of every page. */
export function SessionBadge(): ReactElement | null {
  const session = useSession()
  if (!session) return null
  return (
    <div className="flex items-center gap-3">
      <span className="font-medium">@{session.account}</span>
      <Button look="quiet" onClick={() => void leave()}>
        Sign out
      </Button>
    </div>
  )
}
