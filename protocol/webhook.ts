import { z } from 'zod'

/**
 * Body of a call to `POST /api/encoding/webhook`, signed with the secret of its job. `data` is what the agent's route of the same
 * name takes.
 */
export const IncomingWebhook = z.strictObject({
  type: z.enum(['job.progress', 'job.completed', 'job.failed']),
  timestamp: z.iso.datetime(),
  job: z.uuid(),
  data: z.record(z.string(), z.unknown()),
})
export type IncomingWebhook = z.infer<typeof IncomingWebhook>
