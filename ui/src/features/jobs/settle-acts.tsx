import type { ReactElement } from 'react'
import { useState } from 'react'
import type { SettlingAct } from '#protocol/api/community.ts'
import { settleRoute } from '#protocol/api/community.ts'
import type { JobId } from '#protocol/ids.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { callServer } from '#ui/shared/session.ts'
import { wallet } from '#ui/shared/wallet.ts'
import type { Said } from './statement.ts'
import { StatementForm } from './statement-form.tsx'
import { useSigning } from './use-signing.ts'

const words: Readonly<Record<SettlingAct, string>> = {
  withdraw: 'Take the offer back',
  release: 'Pay the encoder',
  refund: 'Give the money back',
  dispute: 'Call the arbiter',
  explain: 'Say it on the chain',
  collect: 'Take what you have earned',
  reclaim: 'Take your money back',
}

export type SettleActsProps = { readonly job: JobId; readonly acts: readonly SettlingAct[] }

/** Has the wallet sign what was chosen. Whoever calls the arbiter is asked for the reason first. */
export function SettleActs({ job, acts }: SettleActsProps): ReactElement {
  const [state, run] = useSigning()
  const [isDisputing, setDisputing] = useState(false)
  const isBusy = state === 'preparing'
  const settle = (act: SettlingAct, said?: Said): void =>
    run(async () => {
      const body = { job, act, ...(said ? { statement: said } : {}) }
      const { signer, operations, role } = await callServer(settleRoute, { body })
      await wallet.signOperations(signer, operations, role)
    })
  if (state === 'done')
    return (
      <div className="mt-3">
        <Notice look="good">Signed; a block will have it.</Notice>
      </div>
    )
  const inForm = acts.includes('explain') ? 'explain' : 'dispute'
  return (
    <div className="mt-3 grid grid-cols-1 gap-3">
      {!isDisputing && inForm === 'dispute' && (
        <div className="flex flex-wrap gap-3">
          {acts.map((act) => (
            <Button
              key={act}
              look={act === 'release' || act === 'collect' ? 'main' : 'quiet'}
              disabled={isBusy}
              onClick={() => (act === 'dispute' ? setDisputing(true) : settle(act))}
            >
              {words[act]}
            </Button>
          ))}
        </div>
      )}
      {(isDisputing || inForm === 'explain') && (
        <StatementForm
          submit={words[inForm]}
          isNeeded={inForm === 'explain'}
          isBusy={isBusy}
          onSubmit={(said) => settle(inForm, said)}
          {...(isDisputing ? { onLeave: () => setDisputing(false) } : {})}
        />
      )}
      {typeof state === 'object' && <Notice look="bad">{state.failed}</Notice>}
    </div>
  )
}
