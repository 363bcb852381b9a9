import type { ReactElement } from 'react'
import { useSyncExternalStore } from 'react'
import { keychainRequests } from '#ui/shared/wallet-requests.ts'
import { Button } from './button.tsx'

/** What Hive Keychain is asked at the moment, and what to do where it seems not to answer. */
export function WalletHint(): ReactElement | null {
  const [request, ...behind] = useSyncExternalStore(
    keychainRequests.subscribe,
    keychainRequests.open,
  )
  return (
    <div
      role="status"
      className="fixed inset-x-0 bottom-0 z-10 flex justify-center p-4 empty:hidden"
    >
      {request && (
        <div className="grid max-w-xl gap-3 rounded-xl border border-line bg-surface p-4 shadow-lg">
          <p>
            <span className="font-medium">Confirm in Hive Keychain:</span> {request.title}
            {behind.length > 0 && `, and ${behind.length} more after it`}
          </p>
          {request.phase === 'slow' && (
            <p className="text-muted">
              No answer yet. Its window may be behind this one, or locked; where it says that it
              does not know the account or lacks the key, close it and add them in Keychain.
            </p>
          )}
          <div>
            <Button look="quiet" onClick={request.cancel}>
              Stop waiting
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}
