import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { isReadOnly } from '#ui/shared/read-only.ts'

export function NoSuchPage(): ReactElement {
  return (
    <section className="py-16 text-center">
      <h1 className="text-2xl font-semibold">There is no page here</h1>
      <p className="mt-2 text-muted">
        <Link to={isReadOnly() ? '/jobs' : '/encode'} className="text-accent underline">
          {isReadOnly() ? 'Look at the jobs' : 'Encode a video'}
        </Link>{' '}
        instead.
      </p>
    </section>
  )
}
