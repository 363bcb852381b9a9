import type { FormEvent, ReactElement } from 'react'
import { useId, useState } from 'react'
import { HiveAccount } from '#protocol/ids.ts'
import type { WalletName } from '#ui/shared/signer.ts'
import { useSite } from '#ui/shared/site.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

/** Signs an account in by Hive Keychain, or on a development chain by its own signer. */
export function SignInForm(): ReactElement {
  const id = useId()
  const [name, setName] = useState('')
  const [phase, setPhase] = useState<'idle' | 'signing' | { readonly failed: string }>('idle')
  const accounts = useSite().data?.developmentSigner?.accounts ?? []
  const start = (account: HiveAccount, by: WalletName): void => {
    setPhase('signing')
    import('#ui/shared/wallet.ts')
      .then(({ signIn }) => signIn(account, by))
      .catch((error: unknown) =>
        setPhase({ failed: error instanceof Error ? error.message : String(error) }),
      )
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const account = HiveAccount.safeParse(name.trim().replace(/^@/, '').toLowerCase())
    if (!account.success) {
      setPhase({ failed: 'That is no name of a Hive account.' })
      return
    }
    start(account.data, 'keychain')
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <label htmlFor={id} className="font-medium">
        Hive account
      </label>
      <div className="flex flex-wrap gap-3">
        <input
          {...{ id, value: name, autoComplete: 'username', spellCheck: false }}
          onChange={({ target }) => setName(target.value)}
          className="min-h-10 min-w-0 flex-1 rounded-lg border border-muted bg-surface px-3"
        />
        <Button type="submit" disabled={phase === 'signing'}>
          {phase === 'signing' ? 'Confirm in Keychain…' : 'Sign in with Keychain'}
        </Button>
      </div>
      {accounts.length > 0 && (
        <div className="grid gap-2 border-t border-line pt-3">
          <p className="text-muted">
            No wallet at hand? This is a development chain: its server signs for play accounts,
            whose keys everybody knows.
          </p>
          <div className="flex flex-wrap gap-3">
            {accounts.map((account) => (
              <Button key={account} look="quiet" onClick={() => start(account, 'development')}>
                Sign in as @{account} with the development signer
              </Button>
            ))}
          </div>
        </div>
      )}
      {typeof phase === 'object' && <Notice look="bad">{phase.failed}</Notice>}
    </form>
  )
}
