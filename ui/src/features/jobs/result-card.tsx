import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { lazy, Suspense } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { CidView } from '#ui/shared/components/cid.tsx'

const Player = lazy(async () => {
  const { StreamPlayer } = await import('#ui/shared/components/stream-player.tsx')
  return { default: StreamPlayer }
})

export type ResultCardProps = { readonly root: string; readonly title: string }

const frame = 'aspect-video w-full rounded-lg bg-black'

/** The finished stream: to look at in each of its qualities, and to take along whole. */
export function ResultCard({ root, title }: ResultCardProps): ReactElement {
  const address = `/ipfs/${root}/master.m3u8`
  const { data: isHere } = useQuery({
    queryKey: ['tree', root],
    queryFn: async ({ signal }) => (await fetch(address, { method: 'HEAD', signal })).ok,
    staleTime: 60_000,
    // A tree that was just delivered is on its way here.
    refetchInterval: ({ state }) => (state.data === false ? 10_000 : false),
  })
  return (
    <Card title="Result">
      <div className="grid grid-cols-1 gap-3">
        {isHere === undefined && <div className={frame} />}
        {isHere === true && (
          <Suspense fallback={<div className={frame} />}>
            <Player address={address} title={title} />
          </Suspense>
        )}
        {isHere === false && (
          <p className="text-muted">
            This server has no copy of the stream. Its owner's node has one, and any IPFS node finds
            it by its CID.
          </p>
        )}
        <p className="flex flex-wrap items-center gap-x-5 gap-y-1 text-sm text-muted">
          <span className="inline-flex items-center gap-1">
            CID <CidView cid={root} />
          </span>
          {isHere === true && (
            <>
              <a href={`/ipfs/${root}?format=car`} download className="text-accent underline">
                Download all of it (CAR)
              </a>
              <a href={address} className="text-accent underline">
                Address of the stream
              </a>
            </>
          )}
        </p>
      </div>
    </Card>
  )
}
