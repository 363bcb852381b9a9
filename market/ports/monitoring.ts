import type { QueueStats } from './job-scheduler.ts'

/** How far this program has followed the chain. */
export type ChainProgress = {
  readonly height: number
  /** Seconds since the time of the last block that was applied: irreversibility, about a minute, is part of it. */
  readonly lagSeconds: number
}

/** Calls to webhooks that are not done with. */
export type WebhookBacklog = {
  readonly due: number
  readonly dead: number
  /** Seconds since the oldest one that is due was written; null where there is none. */
  readonly oldestDueSeconds: number | null
}

/** Jobs on the chain by what became of the money. */
export type PayoutCounts = {
  /** Releases of escrows to encoders, and back to creators, within the last day of the chain. */
  readonly lastDay: { readonly paid: number; readonly refunded: number }
  /** Delivered long ago, and neither paid nor refunded. */
  readonly overdue: number
}

/** One of the peers that this process is connected to. */
export type PeerFigures = {
  readonly peer: string
  readonly way: 'direct' | 'relayed'
  /** Bytes of its streams since it was connected. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** What gossip thinks of it. */
  readonly score: number
  /** Topics that it listens to. */
  readonly topics: readonly string[]
}

type DiskSpace = { readonly directory: string; readonly freeBytes: number }

/** What operators watch; each is read when it is asked for. A source that is not this process' to know is left out. */
export type MonitoringSources = {
  readonly queue?: () => Promise<QueueStats>
  readonly chain?: () => Promise<ChainProgress | null>
  readonly webhooks?: () => Promise<WebhookBacklog>
  readonly payouts?: () => Promise<PayoutCounts>
  /** Peers that this process is connected to. */
  readonly peers?: () => Promise<number>
  /** What goes between this process and each of them. */
  readonly traffic?: () => Promise<readonly PeerFigures[]>
  readonly disks?: () => Promise<readonly DiskSpace[]>
}
