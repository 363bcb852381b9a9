import { expect, test } from 'vitest'
import type { MonitoringSources } from '#market/ports/monitoring.ts'
import { createMetrics } from '#node/metrics.ts'
import { calmSources } from '#test/support/monitoring.ts'
import { aRecordingLogger } from '#test/support/recording-logger.ts'

function metricsOf(changed: Partial<MonitoringSources> = {}) {
  const { facts, sources } = calmSources()
  const logger = aRecordingLogger()
  const metrics = createMetrics(
    { sources: { ...sources, ...changed }, logger },
    { version: '1.2.3', withProcess: false },
  )
  /** Lines of one metric, without its name. */
  const linesOf = async (name: string): Promise<readonly string[]> => {
    const lines = (await metrics.text()).split('\n')
    const prefix = `spk_encoder_${name}`
    return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
  }
  return { facts, metrics, linesOf, logger }
}

test('figures are read anew for each scrape', async () => {
  const { facts, linesOf } = metricsOf()
  facts.tiers.community.queued = 7
  facts.tiers.community.oldestQueuedSeconds = 12
  expect(await linesOf('queue_jobs')).toContain('{tier="community",state="queued"} 7')
  expect(await linesOf('queue_oldest_seconds')).toContain('{tier="community"} 12')
  facts.tiers.community.queued = 0
  expect(await linesOf('queue_jobs')).toContain('{tier="community",state="queued"} 0')
  expect(await linesOf('queue_jobs')).toHaveLength(9)
  expect(await linesOf('head_lag_seconds')).toEqual([' 60'])
  expect(await linesOf('webhook_deliveries')).toEqual(['{phase="due"} 0', '{phase="dead"} 0'])
  expect(await linesOf('disk_free_bytes')).toEqual(['{directory="/data"} 53687091200'])
  expect(await linesOf('build_info')).toEqual(['{version="1.2.3"} 1'])
})

test('each peer has its figures while it is connected, and each topic its listeners', async () => {
  const { facts, linesOf } = metricsOf()
  const peer = { peer: 'p1', bytesIn: 5, bytesOut: 7, score: -2, topics: ['bids', 'offers'] }
  facts.traffic.push(
    { ...peer, way: 'relayed' },
    { ...peer, peer: 'p2', way: 'direct', topics: ['bids'] },
  )
  expect(await linesOf('peer_bytes')).toContain('{peer="p1",direction="in"} 5')
  expect(await linesOf('peer_bytes')).toContain('{peer="p2",direction="out"} 7')
  expect(await linesOf('peer_score')).toContain('{peer="p1"} -2')
  expect(await linesOf('topic_peers')).toEqual(['{topic="bids"} 2', '{topic="offers"} 1'])
  expect(await linesOf('peer_ways')).toEqual(['{way="direct"} 1', '{way="relayed"} 1'])
  facts.traffic.splice(0)
  expect(await linesOf('peer_bytes')).toEqual([])
  expect(await linesOf('peer_ways')).toEqual(['{way="direct"} 0', '{way="relayed"} 0'])
})

test('of a source that fails nothing old is told, and the failure is counted', async () => {
  let fails = false
  const chain = async () => {
    if (fails) throw new Error('connection lost')
    return { height: 5, lagSeconds: 3 }
  }
  const { linesOf, logger } = metricsOf({ chain })
  expect(await linesOf('head_height')).toEqual([' 5'])
  fails = true
  expect(await linesOf('head_height')).toEqual([])
  expect(await linesOf('head_lag_seconds')).toEqual([])
  expect(await linesOf('source_failures_total')).toEqual(['{source="chain"} 3'])
  expect(await linesOf('leases_lost_last_hour')).toEqual([' 0'])
  expect(logger.lines).toContainEqual(expect.objectContaining({ facts: { source: 'chain' } }))
})

test('an indexer that has seen no block has no lag, not one of zero', async () => {
  const { linesOf } = metricsOf({ chain: async () => null })
  expect(await linesOf('head_lag_seconds')).toEqual([])
})

test('requests, claims and calls are counted by this process', async () => {
  const { metrics, linesOf } = metricsOf()
  const request = { method: 'GET', route: '/api/encoding/jobs/:id', status: 200 }
  metrics.request({ ...request, seconds: 0.03 })
  metrics.request({ ...request, seconds: 0.3 })
  metrics.claim('agent', 'none')
  metrics.claim('agent', 'leased')
  metrics.claim('agent', 'leased')
  const call = { type: 'unanswered', reason: 'too-slow', latencyMs: 10_000 } as const
  metrics.webhookTry(call, { phase: 'due', nextTryAt: new Date() })
  metrics.webhookTry(call, { phase: 'dead' })
  const labels = 'method="GET",route="/api/encoding/jobs/:id",status="200"'
  expect(await linesOf('request_seconds_count')).toEqual([`{${labels}} 2`])
  expect(await linesOf('request_seconds_bucket')).toContain(`{le="0.05",${labels}} 1`)
  expect(await linesOf('claims_total')).toEqual([
    '{kind="agent",outcome="none"} 1',
    '{kind="agent",outcome="leased"} 2',
  ])
  expect(await linesOf('webhook_try_seconds_count')).toEqual([
    '{outcome="retried"} 1',
    '{outcome="dead"} 1',
  ])
})

test('two indexers in one process count each for itself', async () => {
  const [one, other] = [metricsOf(), metricsOf()]
  one.metrics.claim('agent', 'leased')
  expect(await one.linesOf('claims_total')).toHaveLength(1)
  expect(await other.linesOf('claims_total')).toEqual([])
})
