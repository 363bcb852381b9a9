import { isReadOnly } from '#ui/shared/read-only.ts'

const all: readonly { readonly to: string; readonly name: string; readonly isActing?: true }[] = [
  { to: '/jobs', name: 'Jobs' },
  { to: '/post', name: 'Post a job', isActing: true },
  { to: '/encoders', name: 'Encoders' },
  { to: '/accounts', name: 'Accounts' },
  { to: '/network', name: 'Network' },
  { to: '/me', name: 'My account', isActing: true },
  { to: '/encode', name: 'Encode in this tab', isActing: true },
]

/** What the head of every page leads to, in order; a node's own pages lead to what can be looked at. */
export const pages = all.filter(({ isActing }) => !isActing || !isReadOnly())
