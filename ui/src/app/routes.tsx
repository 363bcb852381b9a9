import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { accountSearch, accountsSearch } from '#ui/features/accounts/account-search.ts'
import { parseEncoderSearch } from '#ui/features/encoders/encoder-search.ts'
import { parseEarningsSearch } from '#ui/features/me/earnings-period.ts'
import { parseNetworkSearch } from '#ui/features/network/network-range.ts'
import { parseJobsSearch } from '#ui/shared/jobs-search.ts'
import { isReadOnly } from '#ui/shared/read-only.ts'
import { Layout } from './layout.tsx'
import { NoSuchPage } from './no-such-page.tsx'

const ReadOnlyPage = lazyRouteComponent(() => import('./read-only-page.tsx'), 'ReadOnlyPage')

/** What a node's own pages cannot do. */
const acting = <Component,>(component: Component): Component | typeof ReadOnlyPage =>
  isReadOnly() ? ReadOnlyPage : component

const root = createRootRoute({ component: Layout, notFoundComponent: NoSuchPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('#ui/features/home/home-page.tsx'), 'HomePage'),
})

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  validateSearch: parseJobsSearch,
  component: lazyRouteComponent(() => import('#ui/features/jobs/jobs-page.tsx'), 'JobsPage'),
})

const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$id',
  component: lazyRouteComponent(() => import('#ui/features/jobs/job-page.tsx'), 'JobPage'),
})

const whole = createRoute({
  getParentRoute: () => root,
  path: '/wholes/$id',
  component: lazyRouteComponent(() => import('#ui/features/jobs/whole-page.tsx'), 'WholePage'),
})

const encode = createRoute({
  getParentRoute: () => root,
  path: '/encode',
  component: acting(
    lazyRouteComponent(() => import('#ui/features/encode/encode-page.tsx'), 'EncodePage'),
  ),
})

const post = createRoute({
  getParentRoute: () => root,
  path: '/post',
  component: acting(
    lazyRouteComponent(() => import('#ui/features/post/post-page.tsx'), 'PostPage'),
  ),
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

const me = createRoute({
  getParentRoute: () => root,
  path: '/me',
  component: acting(lazyRouteComponent(() => import('#ui/features/me/me-page.tsx'), 'MePage')),
})

const myEarnings = createRoute({
  getParentRoute: () => me,
  path: '/',
  validateSearch: parseEarningsSearch,
  component: lazyRouteComponent(() => import('#ui/features/me/earnings-part.tsx'), 'EarningsPart'),
})

const mySettings = createRoute({
  getParentRoute: () => me,
  path: '/settings',
  component: lazyRouteComponent(() => import('#ui/features/me/settings-part.tsx'), 'SettingsPart'),
})

const myAgent = createRoute({
  getParentRoute: () => me,
  path: '/agent',
  component: lazyRouteComponent(() => import('#ui/features/me/agent-part.tsx'), 'AgentPart'),
})

const myWebhooks = createRoute({
  getParentRoute: () => me,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('#ui/features/me/webhooks-part.tsx'), 'WebhooksPart'),
})

const myAudit = createRoute({
  getParentRoute: () => me,
  path: '/audit',
  component: lazyRouteComponent(() => import('#ui/features/me/audit-part.tsx'), 'AuditPart'),
})

const myKeys = createRoute({
  getParentRoute: () => me,
  path: '/keys',
  component: lazyRouteComponent(() => import('#ui/features/me/keys-part.tsx'), 'KeysPart'),
})

const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  validateSearch: accountsSearch,
  component: lazyRouteComponent(
    () => import('#ui/features/accounts/accounts-page.tsx'),
    'AccountsPage',
  ),
})

const account = createRoute({
  getParentRoute: () => root,
  path: '/accounts/$account',
  validateSearch: accountSearch,
  component: lazyRouteComponent(
    () => import('#ui/features/accounts/account-page.tsx'),
    'AccountPage',
  ),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    jobs,
    job,
    whole,
    encode,
    post,
    network,
    encoders,
    encoder,
    accounts,
    account,
    me.addChildren([myEarnings, mySettings, myAgent, myWebhooks, myAudit, myKeys]),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
