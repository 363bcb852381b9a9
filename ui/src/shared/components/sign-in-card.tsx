import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Card } from './card.tsx'
import { Skeleton } from './skeleton.tsx'

/** Whoever is signed in already loads none of it. */
const SignInForm = lazyRouteComponent(() => import('./sign-in-form.tsx'), 'SignInForm')

/** Where somebody signs in. */
export function SignInCard(): ReactElement {
  return (
    <Card title="Sign in">
      <Suspense fallback={<Skeleton lines={3} />}>
        <SignInForm />
      </Suspense>
    </Card>
  )
}
