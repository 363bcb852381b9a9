import type { ReactElement } from 'react'
import { acceptRoute } from '#protocol/api/community.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { hbdText } from '#ui/shared/format.ts'
import { callServer } from '#ui/shared/session.ts'
import { wallet } from '#ui/shared/wallet.ts'
import { useSigning } from './use-signing.ts'

export type AwardButtonProps = {
  readonly job: JobId
  readonly encoder: HiveAccount
  readonly price: bigint
}

/** Has the creator's wallet put the price into escrow and award the bid, in one transaction. */
export function AwardButton({ job, encoder, price }: AwardButtonProps): ReactElement {
  const [state, run] = useSigning()
  const award = async (): Promise<void> => {
    const { operations, signer, role } = await callServer(acceptRoute, { body: { job, encoder } })
    await wallet.signOperations(signer, operations, role)
  }
  if (state === 'done') return <span role="status">Signed; a block will have it.</span>
  return (
    <>
      <Button
        aria-label={`Award to @${encoder} for ${hbdText(price)}`}
        disabled={state === 'preparing'}
        onClick={() => run(award)}
      >
        {state === 'preparing' ? 'Confirm…' : 'Award'}
      </Button>
      {typeof state === 'object' && (
        <div className="w-full">
          <Notice look="bad">{state.failed}</Notice>
        </div>
      )}
    </>
  )
}
