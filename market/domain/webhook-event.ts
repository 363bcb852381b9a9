/** Something that an owner wants to be told. */
export type WebhookEvent = {
  readonly owner: string
  /** Null for what belongs to no job. */
  readonly job: string | null
  /** For example `job.completed`. */
  readonly type: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly url: string
  /** Signs the call; never sent. */
  readonly secret: string
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * What is sent, made once: every try has the same bytes. `sequence` counts the events of the job (of the owner, for those of no
 * job) from 1 without gaps: calls may overtake each other, and a receiver that cares puts them in order by it.
 */
export function webhookBody(
  { job, type, at, data }: WebhookEvent,
  { id, sequence }: { readonly id: string; readonly sequence: number },
): string {
  const timestamp = new Date(at).toISOString()
  return JSON.stringify({ id, type, timestamp, job, sequence, data })
}
