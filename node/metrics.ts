import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { MonitoringSources } from '#market/ports/monitoring.ts'
import type { TryOutcome } from '#market/ports/webhook-sender.ts'
import type { DeliveryStep } from '#market/ports/webhook-store.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { Topic } from '#protocol/topics.ts'
import type { Logger } from './logger.ts'
import { createGauges } from './metrics-gauges.ts'
import type { GossipMeter } from './p2p/gossip-meter.ts'

/** What this process counts of itself, and what the sources tell; names and meanings are in `monitoring/README.md`. */
export type Metrics = {
  /** Everything, in the text format of Prometheus. */
  text(): Promise<string>
  /** For the header `content-type` of that text. */
  readonly contentType: string
  /** An answered request. `route` is the pattern, `/jobs/:id`, never the path: ids would make a series each. */
  request(request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
  }): void
  claim(kind: EncoderKind, outcome: 'leased' | 'none'): void
  webhookTry(outcome: TryOutcome, step: DeliveryStep): void
  /** A message of gossip that was judged good. */
  heard(topic: Topic, isKept: boolean): void
  /** Gossip as it comes, good or not; what a node counts by its own meter. */
  readonly gossip: Pick<GossipMeter, 'judged' | 'sent'>
}

export type MetricsOptions = {
  readonly version: string
  /** Memory, event loop and garbage of this process too; default true. */
  readonly withProcess?: boolean
}

/** A registry of its own for each call: nothing is shared by import. */
export function createMetrics(
  { sources, logger }: { readonly sources: MonitoringSources; readonly logger: Logger },
  { version, withProcess = true }: MetricsOptions,
): Metrics {
  const registry = new Registry()
  const gauges = createGauges({ sources, logger }, [registry])
  const { requests, claims, tries, heard, judged, bytes } = countersOf(registry)
  sayVersion(registry, version)
  if (withProcess) collectDefaultMetrics({ register: registry, prefix: 'spk_encoder_' })
  return {
    text: async () => {
      await gauges.refresh()
      return await registry.metrics()
    },
    contentType: registry.contentType,
    request: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    claim: (kind, outcome) => claims.inc({ kind, outcome }),
    webhookTry: ({ latencyMs }, { phase }) =>
      tries.observe({ outcome: phase === 'due' ? 'retried' : phase }, latencyMs / 1_000),
    gossip: {
      judged: (topic, finding, size) => {
        judged.inc({ topic, finding })
        bytes.inc({ topic }, size)
      },
      // An indexer says nothing of its own.
      sent: () => undefined,
    },
    heard: (topic, isKept) => heard.inc({ topic, outcome: isKept ? 'kept' : 'dropped' }),
  }
}

function countersOf(registry: Registry) {
  const registers = [registry]
  return {
    requests: new Histogram({
      name: 'spk_encoder_request_seconds',
      help: 'Seconds to answer a request, by route.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    claims: new Counter({
      name: 'spk_encoder_claims_total',
      help: 'Claims of jobs, by kind of encoder and whether there was one.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    heard: new Counter({
      name: 'spk_encoder_gossip_messages_total',
      help: 'Messages of gossip that were judged good, by topic and whether they are kept.',
      labelNames: ['topic', 'outcome'],
      registers,
    }),
    judged: new Counter({
      name: 'spk_encoder_gossip_judged_total',
      help: 'Messages of gossip, by topic and what was found of each; what is not good was ignored or rejected.',
      labelNames: ['topic', 'finding'],
      registers,
    }),
    bytes: new Counter({
      name: 'spk_encoder_gossip_bytes_total',
      help: 'Bytes of messages of gossip, by topic.',
      labelNames: ['topic'],
      registers,
    }),
    tries: new Histogram({
      name: 'spk_encoder_webhook_try_seconds',
      help: 'Seconds that a call to a webhook took, by what came of it.',
      labelNames: ['outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  }
}

function sayVersion(registry: Registry, version: string): void {
  new Gauge({
    name: 'spk_encoder_build_info',
    help: 'Always 1; the label tells the version.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
}
