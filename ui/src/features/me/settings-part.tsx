import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { getSettingsRoute } from '#protocol/api/settings.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { useRoute } from '#ui/shared/use-route.ts'
import { Own } from './own.tsx'

/** Comes while the settings are asked for. */
const editor = import('./settings-editor.tsx')
const SettingsEditor = lazyRouteComponent(() => editor, 'SettingsEditor')

/** What the account wants of its jobs unless they say otherwise. */
export function SettingsPart(): ReactElement {
  return <Own>{(account) => <OwnSettings account={account} />}</Own>
}

function OwnSettings({ account }: { readonly account: HiveAccount }): ReactElement {
  const query = useRoute(getSettingsRoute, { params: { user: account } })
  return (
    <QueryView query={query} skeleton={<Skeleton lines={12} />}>
      {(settings) => (
        <Suspense fallback={<Skeleton lines={12} />}>
          <SettingsEditor account={account} settings={settings} />
        </Suspense>
      )}
    </QueryView>
  )
}
