import type { Topic } from '#protocol/topics.ts'
import { topics } from '#protocol/topics.ts'
import type { Finding } from './validators.ts'

/** What came by a topic since the start: messages by what was found of each, and bytes of all of them. */
type TopicCount = {
  readonly topic: Topic
  readonly findings: Readonly<Partial<Record<Finding, number>>>
  readonly bytes: number
  /** Messages of this node's own. */
  readonly sent: number
}

/** Counts gossip, topic by topic. */
export type GossipMeter = {
  judged(topic: Topic, finding: Finding, bytes: number): void
  sent(topic: Topic): void
  counts(): readonly TopicCount[]
}

export function createGossipMeter(): GossipMeter {
  const names = Object.keys(topics) as Topic[]
  const meters = new Map(
    names.map((topic) => [topic, { findings: new Map<Finding, number>(), bytes: 0, sent: 0 }]),
  )
  return {
    judged: (topic, finding, bytes) => {
      const meter = meters.get(topic)
      if (!meter) return
      meter.findings.set(finding, (meter.findings.get(finding) ?? 0) + 1)
      meter.bytes += bytes
    },
    sent: (topic) => {
      const meter = meters.get(topic)
      if (meter) meter.sent += 1
    },
    counts: () =>
      [...meters].map(([topic, { findings, bytes, sent }]) => ({
        ...{ topic, bytes, sent },
        findings: Object.fromEntries(findings),
      })),
  }
}
