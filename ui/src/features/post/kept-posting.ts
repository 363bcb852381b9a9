import { z } from 'zod'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { Cid, HiveAccount } from '#protocol/ids.ts'

/**
 * A job that is being posted, for the page that is loaded after this one: whatever was lost on the way, it is asked for by the same id
 * and is the same job.
 */
const KeptPosting = z.object({
  owner: HiveAccount,
  source: Cid,
  /** What was chosen for it: with anything else it is another job. */
  terms: z.string(),
  id: EncodingJobId,
  /** The server has it; its offer is not signed yet. */
  isPosted: z.boolean(),
})
export type KeptPosting = z.infer<typeof KeptPosting>

const storedAs = 'spk-encoder posting'

export function keepPosting(posting: KeptPosting | null): void {
  if (posting) localStorage.setItem(storedAs, JSON.stringify(posting))
  else localStorage.removeItem(storedAs)
}

/** Null where this owner is posting no job of this video. */
export function keptPosting(owner: HiveAccount | null, source: Cid): KeptPosting | null {
  try {
    const kept = KeptPosting.parse(JSON.parse(localStorage.getItem(storedAs) ?? ''))
    return kept.owner === owner && kept.source === source ? kept : null
  } catch {
    return null
  }
}
