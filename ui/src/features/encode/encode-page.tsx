import { useQuery } from '@tanstack/react-query'
import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { SignInCard } from '#ui/shared/components/sign-in-card.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { useSession } from '#ui/shared/session.ts'
import { checkSupport } from './support.ts'
import { SupportList } from './support-list.tsx'
import { useEncode } from './use-encode.ts'

/** Loaded for whoever may pick a video. */
const SourcePicker = lazyRouteComponent(() => import('./source-picker.tsx'), 'SourcePicker')
/** Loaded once there is something to encode. */
const EncodeRun = lazyRouteComponent(() => import('./encode-run.tsx'), 'EncodeRun')

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
      {isAble && !session && <SignInCard />}
      {isAble && session && state.phase === 'idle' && (
        <Suspense fallback={<Skeleton lines={6} />}>
          <SourcePicker onFile={flow.start} />
        </Suspense>
      )}
      {session && state.phase !== 'idle' && (
        <Suspense fallback={<Skeleton lines={6} />}>
          <EncodeRun state={state} flow={flow} />
        </Suspense>
      )}
      {needs && isAble && <SupportList needs={needs} />}
    </div>
  )
}
