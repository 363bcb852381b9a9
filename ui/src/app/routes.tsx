import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { parseEncoderSearch } from '#ui/features/encoders/encoder-search.ts'
import { parseNetworkSearch } from '#ui/features/network/network-range.ts'
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

const network = createRoute({
  getParentRoute: () => root,
  path: '/network',
  validateSearch: parseNetworkSearch,
  component: lazyRouteComponent(
    () => import('#ui/features/network/network-page.tsx'),
    'NetworkPage',
  ),
})

const encoders = createRoute({
  getParentRoute: () => root,
  path: '/encoders',
  validateSearch: parseEncoderSearch,
  component: lazyRouteComponent(
    () => import('#ui/features/encoders/encoders-page.tsx'),
    'EncodersPage',
  ),
})

const encoder = createRoute({
  getParentRoute: () => root,
  path: '/encoders/$account',
  beforeLoad: ({ params }) => {
    throw redirect({ href: `/accounts/${params.account}` })
  },
})

export const router = createRouter({
  routeTree: root.addChildren([home, encode, post, network, encoders, encoder]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
