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
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        fill="none"
        strokeWidth="1.5"
        className="size-4 stroke-current"
      >
        {outcome === 'copied' ? (
          <path d="M3 8.5 6.5 12 13 4.5" />
        ) : (
          <path d="M5.5 5.5h8v8h-8z M10.5 5.5v-3h-8v8h3" />
        )}
      </svg>
      <span role="status" className="sr-only">
        {outcome === null ? '' : words[outcome]}
      </span>
    </button>
  )
}
