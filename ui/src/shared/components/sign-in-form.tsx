import type { FormEvent, ReactElement } from 'react'
import { useId, useState } from 'react'
import { HiveAccount } from '#protocol/ids.ts'
import { signIn } from '#ui/shared/session.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

/** Signs an account in by Hive Keychain. */
export function SignInForm(): ReactElement {
  const id = useId()
  const [name, setName] = useState('')
  const [phase, setPhase] = useState<'idle' | 'signing' | { readonly failed: string }>('idle')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const account = HiveAccount.safeParse(name.trim().replace(/^@/, '').toLowerCase())
    if (!account.success) {
      setPhase({ failed: 'That is no name of a Hive account.' })
      return
    }
    setPhase('signing')
    signIn(account.data).catch((error: unknown) =>
      setPhase({ failed: error instanceof Error ? error.message : String(error) }),
    )
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
      {typeof phase === 'object' && <Notice look="bad">{phase.failed}</Notice>}
    </form>
  )
}
