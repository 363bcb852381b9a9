import type { ReactElement } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { CopyButton } from '#ui/shared/components/copy-button.tsx'

export type NoAgentProps = { readonly onLook: () => void }

/** Why no agent answers, and how one is started. */
export function NoAgent({ onLook }: NoAgentProps): ReactElement {
  const start = `npx spk-encoder node --role creator --indexer ${location.origin}`
  return (
    <div className="grid max-w-prose gap-3">
      <p>No agent of this machine answers this page.</p>
      <p className="text-muted">
        An agent encodes your own videos for nothing, on your own machine. It is a node with the
        role of a creator, and lets in the page of the indexer that it works for:
      </p>
      <p className="flex items-center gap-2">
        <code className="min-w-0 rounded bg-plain-ground px-2 py-1 text-sm break-all">{start}</code>
        <CopyButton text={start} what="the command" />
      </p>
      <p className="text-muted">
        If one runs already, it works for another indexer, or your browser keeps this page from it.
      </p>
      <div>
        <Button look="quiet" onClick={onLook}>
          Look again
        </Button>
      </div>
    </div>
  )
}
