import type { ReactElement, ReactNode } from 'react'

const tones = {
  good: 'bg-good-ground text-good',
  bad: 'bg-bad-ground text-bad',
  busy: 'bg-busy-ground text-busy',
  plain: 'bg-plain-ground text-muted',
} as const

type Tone = keyof typeof tones
export type BadgeProps = { readonly tone?: Tone; readonly children: ReactNode }

/** A state in a word. */
export function Badge({ tone = 'plain', children }: BadgeProps): ReactElement {
  const shape = 'inline-flex items-center rounded-full px-2 py-0.5 text-sm font-medium'
  return <span className={`${shape} whitespace-nowrap ${tones[tone]}`}>{children}</span>
}
