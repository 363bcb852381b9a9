import type { ReactElement, ReactNode } from 'react'

const looks = {
  good: 'bg-good-ground text-good',
  bad: 'bg-bad-ground text-bad',
} as const

export type NoticeProps = { readonly look: keyof typeof looks; readonly children: ReactNode }

/** Something that just turned out well or badly, told to those who do not see it too. */
export function Notice({ look, children }: NoticeProps): ReactElement {
  return (
    <div role={look === 'bad' ? 'alert' : 'status'} className={`rounded-lg p-3 ${looks[look]}`}>
      {children}
    </div>
  )
}
