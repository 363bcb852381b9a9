import type { ReactElement, ReactNode } from 'react'
import { Card } from '#ui/shared/components/card.tsx'

const advice: readonly (readonly [key: string, text: ReactNode])[] = [
  [
    'Posting key',
    'Signs you in here, offers jobs, bids, reports progress and rates. It cannot move money. Give it to a node or to Keychain.',
  ],
  [
    'Active key',
    'Moves money: it funds, approves, releases and disputes escrows. Keep it in Keychain, or give a node a low-balance account of its own; a node without it asks you to sign.',
  ],
  [
    'Owner key',
    'Changes all other keys. Nothing here ever needs it: whoever asks for it is not us. Keep it off every machine that is online.',
  ],
  ['Memo key', 'Reads encrypted memos. Nothing here uses it.'],
]

/** Which of an account's keys is for what, and where it belongs. */
export function KeysPart(): ReactElement {
  return (
    <Card title="Which key is for what">
      <p className="max-w-prose text-muted">
        This page never sees a key: Keychain signs, and shows you what before it does. A node keeps
        its keys in an encrypted file that only its owner can read.
      </p>
      <dl className="mt-4 grid gap-4">
        {advice.map(([key, text]) => (
          <div key={key} className="grid gap-1 sm:grid-cols-[9rem_1fr]">
            <dt className="font-medium">{key}</dt>
            <dd className="max-w-prose text-muted">{text}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
