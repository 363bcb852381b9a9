import type { FormEvent, ReactElement } from 'react'
import { useState } from 'react'
import { Cid } from '#protocol/ids.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import type { FetchedTree } from './tab-blocks.ts'
import type { TabPeer } from './tab-peer.ts'

export type FetchFormProps = { readonly peer: Pick<TabPeer, 'fetch'> }

type Fetch =
  | { readonly phase: 'idle' | 'running' }
  | { readonly phase: 'failed'; readonly message: string }
  | { readonly phase: 'done'; readonly tree: FetchedTree }

const patienceMs = 60_000

/** Fetches a tree or a file peer to peer, and says that all of it is what its id says. */
export function FetchForm({ peer }: FetchFormProps): ReactElement {
  const [text, setText] = useState('')
  const [state, setState] = useState<Fetch>({ phase: 'idle' })
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const root = Cid.safeParse(text.trim())
    if (!root.success) {
      setState({ phase: 'failed', message: 'that is not a content id.' })
      return
    }
    setState({ phase: 'running' })
    try {
      const tree = await peer.fetch(root.data, AbortSignal.timeout(patienceMs))
      setState({ phase: 'done', tree })
    } catch (error) {
      setState({ phase: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  }
  return (
    <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
      <label className="grid gap-1 text-sm">
        Content to fetch by this tab
        <input
          value={text}
          onChange={({ target }) => setText(target.value)}
          placeholder="bafybei…"
          className="min-h-10 w-full rounded-lg border border-muted bg-surface px-3 font-mono"
        />
      </label>
      <div>
        <Button type="submit" look="quiet" disabled={state.phase === 'running'}>
          {state.phase === 'running' ? 'Fetching…' : 'Fetch and check'}
        </Button>
      </div>
      {state.phase === 'failed' && <Notice look="bad">Not fetched: {state.message}</Notice>}
      {state.phase === 'done' && (
        <Notice look="good">
          {state.tree.blocks.toLocaleString('en')} blocks with{' '}
          {state.tree.bytes.toLocaleString('en')} bytes came from peer to peer, and each is what its
          id says.
        </Notice>
      )}
    </form>
  )
}
