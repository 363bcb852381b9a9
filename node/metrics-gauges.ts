import type { Registry } from 'prom-client'
import { Counter, Gauge } from 'prom-client'
import type { MonitoringSources, PeerFigures } from '#market/ports/monitoring.ts'
import type { Logger } from './logger.ts'

const definitions = {
  head_height: { help: 'Last block that was applied.', labels: [] },
  head_lag_seconds: { help: 'Seconds since the time of that block.', labels: [] },
  queue_jobs: { help: 'Jobs in the queue, by tier and state.', labels: ['tier', 'state'] },
  queue_oldest_seconds: { help: 'Age of the oldest claimable job.', labels: ['tier'] },
  leases_lost_last_hour: { help: 'Leases that ran out within the last hour.', labels: [] },
  webhook_deliveries: { help: 'Calls to webhooks that are due or dead.', labels: ['phase'] },
  webhook_oldest_due_seconds: { help: 'Age of the oldest call that is due.', labels: [] },
  payouts_last_day: { help: 'Escrows that were released in a day.', labels: ['outcome'] },
  payouts_overdue: { help: 'Jobs that were delivered and not settled in time.', labels: [] },
  peers: { help: 'Peers that this process is connected to.', labels: [] },
  peer_ways: { help: 'Peers by the way to them, direct or relayed.', labels: ['way'] },
  peer_bytes: {
    help: 'Bytes exchanged with a peer since it was connected.',
    labels: ['peer', 'direction'],
  },
  peer_score: { help: 'What gossip thinks of a peer.', labels: ['peer'] },
  topic_peers: { help: 'Peers that listen to a topic.', labels: ['topic'] },
  disk_free_bytes: { help: 'Bytes that may still be written.', labels: ['directory'] },
} as const

type GaugeName = keyof typeof definitions
type Sample = { readonly value: number; readonly labels?: Readonly<Record<string, string>> }
type Figures = Partial<Readonly<Record<GaugeName, readonly Sample[]>>>

/** Gauges of what the sources tell. */
export type Gauges = {
  /** Reads all sources. Of one that cannot be read the figures are left out: an old one would look like a true one. */
  refresh(): Promise<void>
}

export function createGauges(
  { sources, logger }: { readonly sources: MonitoringSources; readonly logger: Logger },
  registers: Registry[],
): Gauges {
  const failures = new Counter({
    name: 'spk_encoder_source_failures_total',
    help: 'Times that figures could not be read, by their source.',
    labelNames: ['source'],
    registers,
  })
  const gauges = Object.entries(definitions).map(([name, { help, labels }]) => {
    const gauge = new Gauge({ name: `spk_encoder_${name}`, help, labelNames: labels, registers })
    const replace = (samples: readonly Sample[]): void => {
      gauge.reset()
      // Without labels a reset leaves a zero, which would be a figure too.
      if (labels.length === 0) gauge.remove()
      for (const { value, labels: own = {} } of samples) gauge.set(own, value)
    }
    return { name, replace }
  })
  const readers = readersOf(sources)
  const read = async (source: keyof typeof readers): Promise<Figures> => {
    try {
      return await readers[source]()
    } catch (error) {
      failures.inc({ source })
      logger.warn('figures not read', { source }, error)
      return {}
    }
  }
  return {
    refresh: async () => {
      const names = ['queue', 'chain', 'webhooks', 'payouts', 'peers', 'traffic', 'disks'] as const
      const figures = new Map(
        (await Promise.all(names.map(read))).flatMap((each) => Object.entries(each)),
      )
      // As a whole: a tier or a disk that is gone leaves no figure behind.
      for (const { name, replace } of gauges) replace(figures.get(name) ?? [])
    },
  }
}

function readersOf(sources: MonitoringSources) {
  return {
    queue: async (): Promise<Figures> => {
      const stats = await sources.queue?.()
      if (!stats) return {}
      const tiers = Object.entries(stats.tiers)
      return {
        queue_jobs: tiers.flatMap(([tier, { queued, resting, leased }]) =>
          Object.entries({ queued, resting, leased }).map(([state, value]) => ({
            value,
            labels: { tier, state },
          })),
        ),
        queue_oldest_seconds: tiers.map(([tier, { oldestQueuedSeconds }]) => ({
          value: oldestQueuedSeconds ?? 0,
          labels: { tier },
        })),
        leases_lost_last_hour: [{ value: stats.leasesLostLastHour }],
      }
    },
    chain: async (): Promise<Figures> => {
      const chain = await sources.chain?.()
      if (!chain) return {}
      return {
        head_height: [{ value: chain.height }],
        head_lag_seconds: [{ value: chain.lagSeconds }],
      }
    },
    webhooks: async (): Promise<Figures> => {
      const backlog = await sources.webhooks?.()
      if (!backlog) return {}
      const { oldestDueSeconds, ...phases } = backlog
      return {
        webhook_deliveries: labelled('phase', phases),
        webhook_oldest_due_seconds: [{ value: oldestDueSeconds ?? 0 }],
      }
    },
    payouts: async (): Promise<Figures> => {
      const payouts = await sources.payouts?.()
      if (!payouts) return {}
      return {
        payouts_last_day: labelled('outcome', payouts.lastDay),
        payouts_overdue: [{ value: payouts.overdue }],
      }
    },
    peers: async (): Promise<Figures> => {
      const peers = await sources.peers?.()
      return peers === undefined ? {} : { peers: [{ value: peers }] }
    },
    traffic: async (): Promise<Figures> => {
      const peers = await sources.traffic?.()
      return peers ? trafficFigures(peers) : {}
    },
    disks: async (): Promise<Figures> => {
      const disks = (await sources.disks?.()) ?? []
      return {
        disk_free_bytes: disks.map(({ directory, freeBytes }) => ({
          value: freeBytes,
          labels: { directory },
        })),
      }
    },
  }
}

function trafficFigures(peers: readonly PeerFigures[]): Figures {
  const ways = { direct: 0, relayed: 0 }
  const topics: Record<string, number> = {}
  for (const { way, topics: heard } of peers) {
    ways[way] += 1
    for (const topic of heard) topics[topic] = (topics[topic] ?? 0) + 1
  }
  return {
    peer_ways: labelled('way', ways),
    peer_bytes: peers.flatMap(({ peer, bytesIn, bytesOut }) => [
      { value: bytesIn, labels: { peer, direction: 'in' } },
      { value: bytesOut, labels: { peer, direction: 'out' } },
    ]),
    peer_score: peers.map(({ peer, score }) => ({ value: score, labels: { peer } })),
    topic_peers: labelled('topic', topics),
  }
}

function labelled(label: string, values: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ value, labels: { [label]: name } }))
}
