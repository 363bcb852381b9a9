import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

export function NoSuchPage(): ReactElement {
  return (
    <section className="py-16 text-center">
      <h1 className="text-2xl font-semibold">There is no page here</h1>
      <p className="mt-2 text-muted">
        <Link to="/encode" className="text-accent underline">
          Encode a video
        </Link>{' '}
        instead.
      </p>
    </section>
  )
}
