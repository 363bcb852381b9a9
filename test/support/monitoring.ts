import type { MonitoringSources, PeerFigures } from '#market/ports/monitoring.ts'

/** Sources that say what they are told to; all is quiet at first. */
export function calmSources() {
  const tier = { queued: 0, resting: 0, leased: 0, oldestQueuedSeconds: null as number | null }
  const facts = {
    tiers: { agent: { ...tier }, browser: { ...tier }, community: { ...tier } },
    leasesLostLastHour: 0,
    chain: { height: 100, lagSeconds: 60 },
    webhooks: { due: 0, dead: 0, oldestDueSeconds: null as number | null },
    payouts: { lastDay: { paid: 0, refunded: 0 }, overdue: 0 },
    freeBytes: 50 * 2 ** 30,
    traffic: [] as PeerFigures[],
  }
  const sources: Required<MonitoringSources> = {
    queue: async () => ({ tiers: facts.tiers, leasesLostLastHour: facts.leasesLostLastHour }),
    chain: async () => facts.chain,
    webhooks: async () => facts.webhooks,
    payouts: async () => facts.payouts,
    peers: async () => 3,
    traffic: async () => facts.traffic,
    disks: async () => [{ directory: '/data', freeBytes: facts.freeBytes }],
  }
  return { facts, sources }
}
