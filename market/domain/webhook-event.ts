/** Something that an owner wants to be told. */
export type WebhookEvent = {
  readonly owner: string
  /** Null for what belongs to no job. Events of jobs are written where the job changes: see the scheduler. */
  readonly job: null
  /** For example `job.completed`. */
  readonly type: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly url: string
  /** Signs the call; sealed for the owner, and never sent. */
  readonly secret: string
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * What is sent, made once: every try has the same bytes. `sequence` grows with the events of the job (of the owner, for those of
 * no job): calls may overtake each other, and a receiver that cares puts them in order by it.
 */
export function webhookBody({ job, type, at, data }: WebhookEvent, sequence: number): string {
  const timestamp = new Date(at).toISOString()
  return JSON.stringify({ type, timestamp, job, sequence, data })
}
