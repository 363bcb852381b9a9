import { challengeOf } from '#contracts/delivering.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { DeliveryChecker, JobProcessor, RangeMerger } from '#market/ports/processing.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { aDelivery, aProfile, cid, encoderProfile, sha256 } from '../builders.ts'

/** How an encoder of a simulated world works. */
export type Conduct =
  | 'honest'
  | 'careless'
  | 'half-done'
  | 'vanishing'
  | 'slow'
  | 'sluggish'
  | 'silent'
  | 'broken'

/** Blocks of the world that work takes, where it takes other than usual. */
const blocksOf: Readonly<Partial<Record<Conduct, number>>> = {
  slow: 400,
  sluggish: 50,
  silent: 100_000,
}

/** How an account of a simulated world judges what it checks. */
export type Judgement = 'fair' | 'spiteful'

/** Lets work take time in blocks of the world. */
export type Pace = {
  /** Resolves so many blocks later; rejects with the signal's reason. */
  readonly blocks: (count: number, signal: AbortSignal) => Promise<void>
  readonly isUp: (account: HiveAccount) => boolean
}

const good = cid('good work')
const bad = cid('bad work')
const half = cid('work with a good small and a bad large rendition')
/** Work that only the first to ask could still have, by the name of the account. */
const gone = cid('work that was deleted')
const roots: Readonly<Partial<Record<Conduct, typeof good>>> = {
  careless: bad,
  'half-done': half,
  vanishing: gone,
}

/** `large` has two renditions, of 720 and 480 lines; `long` has parts enough to be sold in ranges. */
export type Film = 'small' | 'large' | 'long'

export function simulatedEngine(film: Film = 'small'): EncodingEngine {
  const [width, height] = film === 'large' ? [1_280, 720] : [854, 480]
  // Ten minutes, which make 38 parts.
  const length = film === 'long' ? { frames: 14_400 } : {}
  const never = (): never => {
    throw new Error('nothing is encoded in a simulated world')
  }
  const standing = { class: encoderProfile.class, pixelsPerSecond: 50_000_000 }
  return {
    class: encoderProfile.class,
    workers: 2,
    pixelsPerSecond: 50_000_000,
    proofOf: () => standing,
    prove: () => Promise.resolve(standing),
    decodes: () => true,
    analyse: () =>
      Promise.resolve(aProfile({ bytes: 4_000_000, width, height, videoKbps: 1_500, ...length })),
    encodeCell: never,
    encodeAudio: never,
    tryCopy: never,
    copyVideo: never,
  }
}

/** Work that takes some blocks, needs its creator to be there at the start, and ends as its encoder is. */
export function simulatedProcessor(conduct: () => Conduct, pace: Pace): JobProcessor {
  const fetched = new Set<string>()
  const fetch: JobProcessor['prefetch'] = async ({ job }, creator, signal) => {
    if (fetched.has(job)) return
    if (!pace.isUp(creator)) throw new MarketError('content-unavailable', `@${creator} is away`)
    await pace.blocks(1, signal)
    if (!pace.isUp(creator)) throw new MarketError('content-unavailable', `@${creator} went away`)
    fetched.add(job)
  }
  return {
    prefetch: fetch,
    process: async (offer, creator, { signal, onProgress }) => {
      await fetch(offer, creator, signal)
      onProgress({ stage: 'encoding', percent: 0 })
      const how = conduct()
      if (how === 'broken') throw new MarketError('ffmpeg-failed', 'FFmpeg was ended by SIGSEGV')
      await pace.blocks(blocksOf[how] ?? 3, signal)
      onProgress({ stage: 'encoding', percent: 100 })
      return aDelivery(offer, { root: roots[how] ?? good })
    },
    release: (job) => fetched.delete(job),
  }
}

/** Accounts that fetched vanishing work while it was there. */
const witnesses: readonly string[] = ['gina']

type Verifier = {
  readonly pace: Pace
  readonly account: HiveAccount
  readonly judgement: () => Judgement
}

/** Makes one tree of as many ranges as there are, all of them good. */
export const simulatedMerger: RangeMerger = {
  merge: ({ terms }, ranges) => {
    if (!ranges.every(({ root }) => root === good)) throw new Error('a range is not good')
    const name = `${ranges.length} ranges of ${terms.source.cid}`
    return Promise.resolve({ root: cid(name), manifest: cid(`manifest of ${name}`) })
  },
}

/** Finds what {@link simulatedProcessor} made, or what it wants to find. */
export function simulatedChecker(
  ledger: LedgerView,
  { pace, account, judgement }: Verifier,
): DeliveryChecker {
  return {
    check: async (id, salt, { signal }) => {
      for (;;) {
        const job = ledger.current().jobs.get(id)
        if ((job?.phase !== 'delivered' && job?.phase !== 'settled') || !job.delivered)
          throw new MarketError('job-unknown', 'nothing was delivered')
        const challenge = challengeOf({ ...job, delivered: job.delivered }, salt, sha256)
        if (challenge) {
          const { root } = job.delivered.operation
          const faults =
            judgement() === 'spiteful' ? faultsOf(bad, account) : faultsOf(root, account)
          return {
            verdict: faults.length === 0 ? 'pass' : 'fail',
            seed: Sha256Hex.parse(challenge.seed),
            challenged: challenge.leaves,
            faults,
            milliseconds: 1_000,
          }
        }
        await pace.blocks(1, signal)
      }
    },
  }
}

function faultsOf(root: string, account: HiveAccount): readonly Fault[] {
  if (root === bad) return [{ code: 'manifest-invalid' }]
  if (root === half) return [{ code: 'bytes-differ', rendition: '720p', segment: 0 }]
  if (root === gone && !witnesses.includes(account)) return [{ code: 'unavailable' }]
  return []
}

export function simulatedContent(): ContentStore {
  const added = { cid: cid('source'), bytes: 4_000_000, dagBytes: 4_000_000 }
  return {
    addFile: () => Promise.resolve(added),
    addBytes: () => Promise.resolve(added),
    addDirectory: () => Promise.resolve(added),
    sizes: () => Promise.resolve(added),
    isWhole: () => Promise.resolve(true),
    read: () => Promise.reject(new MarketError('content-unavailable', 'nothing is read')),
    exportFile: () => Promise.resolve(),
    fetch: () => Promise.resolve({ blocks: 0, bytes: 0, local: 0 }),
    pin: () => undefined,
    unpin: () => undefined,
  }
}
