import type { ReactElement } from 'react'
import { useCallback, useMemo } from 'react'
import { marketEncodersRoute } from '#protocol/api/market-encoders.ts'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { VirtualTable } from '#ui/shared/components/virtual-table.tsx'
import { useCursorList } from '#ui/shared/use-route.ts'
import { encoderColumns } from './encoder-columns.tsx'
import { queryOf } from './encoder-query.ts'
import type { EncoderSearch } from './encoder-search.ts'

export type EncoderListProps = { readonly search: EncoderSearch }

/** As often as encoders say that they are there. */
const lookMs = 30_000

export function EncoderList({ search }: EncoderListProps): ReactElement {
  const query = useCursorList(marketEncodersRoute, { query: queryOf(search) }, { everyMs: lookMs })
  const columns = useMemo(() => encoderColumns(search), [search])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <QueryView
      query={query}
      empty={{
        when: ({ pages }) => pages.every(({ encoders }) => encoders.length === 0),
        say: 'Nobody on the chain is like that. Ask for less, or look again later.',
      }}
    >
      {({ pages }) => (
        <VirtualTable
          label="Encoders"
          columns={columns}
          rows={pages.flatMap(({ encoders }) => encoders)}
          keyOf={({ account }) => account}
          onEnd={more}
        />
      )}
    </QueryView>
  )
}
