import type { Reading } from '../domain/alert-rules.ts'
import { alertLimits, stateOf } from '../domain/alert-rules.ts'
import type { AlertChange, AlertStore } from '../ports/alert-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { MonitoringSources } from '../ports/monitoring.ts'

export type WatchAlertsDeps = {
  readonly sources: MonitoringSources
  readonly alerts: AlertStore
  readonly clock: Clock
  /** Told of a source that cannot be read; its alerts stay as they are. */
  readonly onUnread: (source: string, error: unknown) => void
}

export type AlertReceiver = {
  readonly url: string
  /** Sealed for {@link operatorName}. */
  readonly secret: string
  /** This process' machine: disks are its own, all else is the database's. */
  readonly instance: string
}

/** Whose deliveries these are: no Hive account has such a name, so nobody who signs in sees them. */
export const operatorName = '_operator'

/** Looks at everything once, and has the operator told what has changed; returns the keys of what was told. */
export function createWatchAlerts(
  deps: WatchAlertsDeps,
  receiver: AlertReceiver,
): () => Promise<readonly string[]> {
  return async () => {
    const readings = await readAll(deps, receiver.instance)
    const at = deps.clock.now()
    return await deps.alerts.settle(readings.flatMap((each) => changeOf(each, at, receiver)))
  }
}

async function readAll(
  { sources, onUnread }: Pick<WatchAlertsDeps, 'sources' | 'onUnread'>,
  instance: string,
): Promise<readonly Reading[]> {
  const readers: Readonly<Record<string, () => Promise<readonly Reading[]>>> = {
    queue: async () => {
      const stats = await sources.queue?.()
      if (!stats) return []
      const { tiers, leasesLostLastHour } = stats
      return [
        { name: 'queue-age', value: oldestOf(Object.values(tiers)) },
        { name: 'lease-losses', value: leasesLostLastHour },
      ]
    },
    chain: async () => {
      const chain = await sources.chain?.()
      return chain ? [{ name: 'head-lag', value: chain.lagSeconds }] : []
    },
    payouts: async () => {
      const payouts = await sources.payouts?.()
      return payouts ? [{ name: 'failed-payouts', value: payouts.overdue }] : []
    },
    disks: async () => {
      const disks = (await sources.disks?.()) ?? []
      return disks.map(({ directory, freeBytes }) => ({
        ...{ name: 'disk-free', value: freeBytes },
        of: `${instance}:${directory}`,
      }))
    },
  }
  const read = Object.entries(readers).map(([source, reader]) =>
    reader().catch((error: unknown): readonly Reading[] => {
      onUnread(source, error)
      return []
    }),
  )
  return (await Promise.all(read)).flat()
}

function oldestOf(tiers: readonly { readonly oldestQueuedSeconds: number | null }[]): number {
  return Math.max(0, ...tiers.map(({ oldestQueuedSeconds }) => oldestQueuedSeconds ?? 0))
}

function changeOf(
  reading: Reading,
  at: number,
  { url, secret }: AlertReceiver,
): readonly AlertChange[] {
  const state = stateOf(reading)
  if (state === 'wavers') return []
  const { name, of, value } = reading
  const phase = state === 'fires' ? 'firing' : 'resolved'
  const data = { name, ...(of !== undefined && { of }), value, ...alertLimits[name] }
  const event = { owner: operatorName, job: null, type: `alert.${phase}`, at, url, secret, data }
  return [{ key: of === undefined ? name : `${name}:${of}`, phase, event }]
}
