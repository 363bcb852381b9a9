import type { ReactElement } from 'react'
import { useEffect, useState } from 'react'

export type CopyButtonProps = {
  readonly text: string
  /** What is copied, as in `Copy the CID`. */
  readonly what: string
}

const shownMs = 2_000

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, what }: CopyButtonProps): ReactElement {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), shownMs)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = async (): Promise<void> => {
    // Absent where the page came by plain HTTP from another machine.
    const isDone = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    setOutcome(isDone ? 'copied' : 'failed')
  }
  const words = { copied: 'Copied', failed: 'Not copied' } as const
  return (
    <button
      type="button"
      aria-label={outcome === null ? `Copy ${what}` : words[outcome]}
      title={`Copy ${what}`}
      onClick={() => void copy()}
      className="inline-flex size-6 cursor-pointer items-center justify-center rounded text-muted hover:text-text"
    >
      <span aria-hidden="true">{outcome === 'copied' ? '✓' : '⧉'}</span>
      <span role="status" className="sr-only">
        {outcome === null ? '' : words[outcome]}
      </span>
    </button>
  )
}
