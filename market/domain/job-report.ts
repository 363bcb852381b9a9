import type { SettledJob } from '#contracts/job.ts'
import type { JobReport } from '#protocol/job-report.ts'
import type { CreatorJobIn } from './creator-job.ts'

/** Sums up a paid job from what the chain says of it and what this node measured. Throws if it was never delivered. */
export function jobReport(
  { offer, choice, check, postedAt }: CreatorJobIn<'paid'>,
  { delivered, offeredAt, awardedAt, settledAt, toEncoder, ruling }: SettledJob,
  now: number,
): JobReport {
  if (!delivered) throw new Error('a paid job was delivered')
  const { operation } = delivered
  return {
    job: offer.job,
    source: offer.source.cid,
    root: operation.root,
    renditions: offer.ladder.map(({ name, width, height }) => {
      const made = operation.renditions.find((rendition) => rendition.name === name)
      return { name, width, height, segments: made?.segments ?? 0, bytes: made?.bytes ?? 0 }
    }),
    price: choice.bid.price,
    paid: toEncoder,
    encoder: choice.bid.encoder,
    arbiter: choice.arbiter,
    verdict: check?.verdict ?? ruling?.verdict ?? 'pass',
    blocks: {
      offer: offeredAt.height,
      award: awardedAt.height,
      deliver: delivered.at.height,
      release: settledAt.height,
    },
    seconds: {
      total: seconds(now - postedAt),
      fetch: seconds(operation.milliseconds.fetch),
      encode: seconds(operation.milliseconds.encode),
      verify: seconds(check?.milliseconds ?? 0),
    },
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000
}
