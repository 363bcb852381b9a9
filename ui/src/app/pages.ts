/** What the head of every page leads to, in order. */
export const pages: readonly { readonly to: string; readonly name: string }[] = [
  { to: '/jobs', name: 'Jobs' },
  { to: '/post', name: 'Post a job' },
  { to: '/encoders', name: 'Encoders' },
  { to: '/accounts', name: 'Accounts' },
  { to: '/network', name: 'Network' },
  { to: '/me', name: 'My account' },
  { to: '/encode', name: 'Encode in this tab' },
]
