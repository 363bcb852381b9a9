import { z } from 'zod'
import { uploadsPath } from '#protocol/api/uploads.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { UploadId } from '#protocol/ids.ts'
import { alice } from './builders.ts'
import { anEncodingJob, claimed, granted, leaseOf } from './encoding-jobs.ts'
import type { TestIndexer } from './indexer-server.ts'
import { testSecrets } from './secrets.ts'
import { webhookSecret } from './webhooks.ts'

/**
 * What alice has at an indexer: an encoder, a job that waits, one that her encoder holds, settings, and a
 * call to her webhook, and an upload of three bytes that has begun.
 */
export async function setScene({ scheduler, encoders, settings, query, ask }: TestIndexer) {
  const encoder = { id: 'alices-desk', owner: alice }
  await encoders.register({
    ...{ ...encoder, kind: 'agent', name: null, peer: null, version: '1.0.0' },
    ...{ hwAccel: 'none', slots: 2, perMinute: null, capabilities: [] },
  })
  const own = { tiers: ['agent'], budget: null, webhookUrl: 'https://alice.example/hook' } as const
  const secret = { webhookSecret: testSecrets.seal(webhookSecret, alice) }
  granted(await scheduler.submit(anEncodingJob({ ...own, ...secret })))
  const held = leaseOf(await claimed(scheduler, encoder, ['agent']))
  const waiting = granted(await scheduler.submit(anEncodingJob({ ...own, ...secret }))).id
  await settings.change(alice, { webhookUrl: own.webhookUrl })
  const [call] = await query(`select id from webhook_deliveries where owner = '${alice}' limit 1`)
  const delivery = z.object({ id: z.uuid() }).parse(call).id
  const begun = await ask('POST', uploadsPath, {
    ...{ caller: alice, headers: { 'tus-resumable': '1.0.0', 'upload-length': '3' } },
  })
  const upload = UploadId.parse(begun.headers.get('location')?.split('/').at(-1))
  return { encoder: encoder.id, held, waiting, delivery, upload, secret: webhookSecret }
}

export type Scene = Awaited<ReturnType<typeof setScene>>

/** Everything that an account has in the tables, as one text: two texts differ if anything has changed. */
export async function belongingsOf({ query }: TestIndexer, owner: HiveAccount): Promise<string> {
  const own = `where owner = '${owner}'`
  const rows = await Promise.all([
    query(`select * from encoding_jobs ${own} order by id`),
    query(`select e.* from job_events e join encoding_jobs j on j.id = e.job_id
      where j.owner = '${owner}' order by e.sequence`),
    query(`select * from encoder_nodes ${own} order by id`),
    query(`select c.* from encoder_capabilities c join encoder_nodes n on n.id = c.encoder_node_id
      where n.owner = '${owner}' order by c.id`),
    query(`select * from encoding_profiles ${own}`),
    query(`select * from webhook_deliveries ${own} order by id`),
    query(`select * from live_bids where encoder = '${owner}' order by job`),
  ])
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
}
