import type { ReactElement } from 'react'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Page } from '#ui/shared/components/page.tsx'

/** In place of what only an indexer can do. */
export function ReadOnlyPage(): ReactElement {
  return (
    <Page
      title="This node only shows the market"
      lead="Nothing is posted, signed or encoded on these pages: they are what one node knows by itself."
    >
      <p className="max-w-prose">
        Post a job at an indexer, or with <code>spk-encoder job post</code> on this machine. Here
        you can look at <AppLink to="/jobs">all jobs</AppLink>.
      </p>
    </Page>
  )
}
