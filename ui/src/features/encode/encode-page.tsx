import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { SignInForm } from '#ui/shared/components/sign-in-form.tsx'
import { useSession } from '#ui/shared/session.ts'
import { EncodeRun } from './encode-run.tsx'
import { SourcePicker } from './source-picker.tsx'
import { checkSupport } from './support.ts'
import { SupportList } from './support-list.tsx'
import { useEncode } from './use-encode.ts'

/** Encodes a short video in the tab itself: no desktop program, nothing to pay. */
export function EncodePage(): ReactElement {
  const session = useSession()
  const { state, flow } = useEncode()
  const { data: needs } = useQuery({
    queryKey: ['encode support'],
    queryFn: checkSupport,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const isAble = needs?.every(({ isMet }) => isMet) ?? false
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-2xl font-semibold">Encode in this tab</h1>
        <p className="mt-1 text-muted">
          A video under two minutes becomes a 480p stream right here, free of charge. The server
          checks it against the original before it counts.
        </p>
      </div>
      {needs && !isAble && <SupportList needs={needs} />}
      {isAble && !session && (
        <Card title="Sign in">
          <SignInForm />
        </Card>
      )}
      {isAble && session && state.phase === 'idle' && <SourcePicker onFile={flow.start} />}
      {session && state.phase !== 'idle' && <EncodeRun state={state} flow={flow} />}
      {needs && isAble && <SupportList needs={needs} />}
    </div>
  )
}
