import type { ReactElement } from 'react'
import { useState } from 'react'
import type { HiveAccount } from '#protocol/ids.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { callServer } from '#ui/shared/session.ts'
import type { Period } from './earnings-period.ts'
import { boundsOf } from './earnings-period.ts'

export type ExportButtonProps = { readonly account: HiveAccount; readonly period: Period }

/** Saves every payment of a period as CSV. */
export function ExportButton({ account, period }: ExportButtonProps): ReactElement {
  const [phase, setPhase] = useState<'idle' | 'asking' | { readonly failed: string }>('idle')
  const save = async (): Promise<void> => {
    setPhase('asking')
    try {
      const [{ allEarnings }, { earningsCsv }] = await Promise.all([
        import('./all-earnings.ts'),
        import('./earnings-csv.ts'),
      ])
      const earnings = await allEarnings(callServer, account, boundsOf(period, Date.now()))
      offerFile(`earnings-${account}-${period}.csv`, earningsCsv(earnings))
      setPhase('idle')
    } catch (error) {
      setPhase({ failed: error instanceof Error ? error.message : String(error) })
    }
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      {typeof phase === 'object' && (
        <span role="alert" className="text-sm text-bad">
          {phase.failed}
        </span>
      )}
      <Button look="quiet" disabled={phase === 'asking'} onClick={() => void save()}>
        {phase === 'asking' ? 'Collecting…' : 'Save as CSV'}
      </Button>
    </div>
  )
}

const keptMs = 60_000

function offerFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read it only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), keptMs)
}
