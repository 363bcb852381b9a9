import { z } from 'zod'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { TabLease } from './messages.ts'

const storedAs = 'spk-encoder tab lease'
const encoderStoredAs = 'spk-encoder tab encoder'

const Kept = z.object({
  jobId: EncodingJobId,
  encoderId: z.string(),
  fencingToken: z.int(),
})

/** The lease that a page had when it was loaded anew; null where it had none. */
export function keptLease(): TabLease | null {
  try {
    return Kept.parse(JSON.parse(sessionStorage.getItem(storedAs) ?? ''))
  } catch {
    return null
  }
}

/** Of this tab alone: another one has jobs of its own. */
export function keepLease(lease: TabLease | null): void {
  if (lease) sessionStorage.setItem(storedAs, JSON.stringify(lease))
  else sessionStorage.removeItem(storedAs)
}

/** Keeps the lease for the next life of this page while the work goes on. */
export async function withKeptLease<T>(lease: TabLease, work: () => Promise<T>): Promise<T> {
  keepLease(lease)
  try {
    return await work()
  } finally {
    // One that was cancelled may end after the next has begun.
    const kept = keptLease()
    if (kept?.jobId === lease.jobId && kept.fencingToken === lease.fencingToken) keepLease(null)
  }
}

/** The name of this tab among its owner's encoders. */
export function tabEncoderId(): string {
  const known = sessionStorage.getItem(encoderStoredAs)
  if (known) return known
  const made = `tab-${crypto.randomUUID()}`
  sessionStorage.setItem(encoderStoredAs, made)
  return made
}
