import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { Layout } from './layout.tsx'
import { NoSuchPage } from './no-such-page.tsx'

const root = createRootRoute({ component: Layout, notFoundComponent: NoSuchPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/encode' })
  },
})

const encode = createRoute({
  getParentRoute: () => root,
  path: '/encode',
  component: lazyRouteComponent(() => import('#ui/features/encode/encode-page.tsx'), 'EncodePage'),
})

const post = createRoute({
  getParentRoute: () => root,
  path: '/post',
  component: lazyRouteComponent(() => import('#ui/features/post/post-page.tsx'), 'PostPage'),
})

export const router = createRouter({ routeTree: root.addChildren([home, encode, post]) })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
