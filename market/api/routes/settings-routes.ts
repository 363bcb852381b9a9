import type Router from '@koa/router'
import type { Quality } from '#protocol/api/jobs.ts'
import type { Settings } from '#protocol/api/settings.ts'
import { changeSettingsRoute, getSettingsRoute } from '#protocol/api/settings.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { deedOf } from '../../domain/audit-entry.ts'
import type { EncodingSettings, SettingsStore } from '../../ports/settings-store.ts'
import { mount } from '../mount.ts'
import { foreign, signedIn } from './callers.ts'

export type SettingsRouteDeps = {
  readonly settings: SettingsStore
  /** Throws a MarketError for an address that must not be called. */
  readonly requireCallable: (url: string) => void
}

export function mountSettingsRoutes(router: Router, deps: SettingsRouteDeps): void {
  const { settings, requireCallable } = deps
  const requireOwn = (user: HiveAccount, caller: HiveAccount | null): void => {
    if (signedIn(caller) !== user) throw foreign('settings')
  }
  mount(router, getSettingsRoute, async ({ params, caller }) => {
    requireOwn(params.user, caller)
    return viewSettings(await settings.find(params.user))
  })
  mount(router, changeSettingsRoute, async ({ params, body, caller }) => {
    requireOwn(params.user, caller)
    if (body.webhookUrl) requireCallable(body.webhookUrl)
    const changes = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value !== undefined),
    ) as Partial<EncodingSettings>
    const { user } = params
    return viewSettings(
      await settings.change(user, changes, deedOf(user, 'settings.changed', user)),
    )
  })
}

/** Only names of presets get in, so only those come out. */
function viewSettings(settings: EncodingSettings): Settings {
  return { ...settings, qualities: settings.qualities as readonly Quality[] }
}
