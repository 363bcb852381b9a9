import type { JobReport } from '#protocol/job-report.ts'

/** What a job took besides fetching, encoding and verifying: chain and gossip, in blocks of the given interval in seconds. */
export function overheadBlocks({ seconds }: Pick<JobReport, 'seconds'>, interval: number): number {
  const { total, fetch, encode, verify } = seconds
  return (total - fetch - encode - verify) / interval
}
