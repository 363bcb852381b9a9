import { EncodingJobId } from '#protocol/encoding-job.ts'

/** For whom an indexer keeps a tree: the names of its pins. */
export type TreeOwner =
  /** Handed in by whoever held the job by that lease: each lease's tree is let go of by itself. */
  | { readonly type: 'handed'; readonly job: EncodingJobId; readonly fencingToken: number }
  /** Delivered by the community, and whole here. */
  | { readonly type: 'delivered'; readonly job: EncodingJobId }
  /** The same, on its way. */
  | { readonly type: 'coming'; readonly job: EncodingJobId }

const prefixes = { delivered: 'job:', coming: 'bringing:' } as const
const handed = /^job:([^/]+)\/(\d{1,15})$/

export function formatTreeOwner(owner: TreeOwner): string {
  if (owner.type === 'handed') return `job:${owner.job}/${owner.fencingToken}`
  return `${prefixes[owner.type]}${owner.job}`
}

/** Null for a pin of something else. */
export function parseTreeOwner(text: string): TreeOwner | null {
  const [, held, token] = handed.exec(text) ?? []
  const of = EncodingJobId.safeParse(held)
  if (of.success) return { type: 'handed', job: of.data, fencingToken: Number(token) }
  for (const type of ['delivered', 'coming'] as const) {
    const prefix = prefixes[type]
    const job = EncodingJobId.safeParse(text.startsWith(prefix) && text.slice(prefix.length))
    if (job.success) return { type, job: job.data }
  }
  return null
}
