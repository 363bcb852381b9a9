import type { JobAttest } from '#protocol/attestation.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, hexToBytes } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { BlockId, HiveAccount } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { trackSpan } from '#protocol/range.ts'
import type { OperationContext } from './block-context.ts'
import { chainPoint } from './block-context.ts'
import type { Stratum } from './challenge.ts'
import { beaconBlocks, challengeSeed, drawLeaves } from './challenge.ts'
import type { DeliveredJob, Delivery, Job, JobFact, JobRefusal, SettledJob } from './job.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'

/** accepted -> delivered. Late work is taken: whether it is paid is the creator's choice, that it was late is the encoder's record. */
export function deliverJob(
  job: Job | undefined,
  operation: JobDeliver,
  challengeLeaves: number,
  context: OperationContext,
): Outcome<DeliveredJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.phase !== 'accepted') return refused('wrong-phase')
  if (job.award.encoder !== context.signer) return refused('not-the-encoder')
  const strata = leafStrata(job.offer)
  if (!sameRenditions(job.offer, operation)) return refused('renditions-differ')
  if (operation.leaves !== strata.reduce((sum, { length }) => sum + length, 0))
    return refused('leaves-differ')
  const delivered: Delivery = {
    operation,
    at: chainPoint(context),
    beacon: [],
    challengeLeaves,
    attestations: [],
  }
  return accepted({ ...job, phase: 'delivered', delivered }, [
    { type: 'job-delivered', job: job.id },
  ])
}

/** The runs of leaves that an offer asks for: each rendition's segments, then those of the sound. */
function leafStrata(offer: JobOffer): readonly Stratum[] {
  let start = 0
  return trackNames(offer).map((name) => {
    const stratum = { start, length: trackSpan(offer.grid, name).segments }
    start += stratum.length
    return stratum
  })
}

/** The tracks of an offer's tree in the order of its leaves. */
function trackNames(offer: JobOffer): readonly string[] {
  const renditions = offer.ladder.map(({ name }) => name)
  return offer.source.audioStream === undefined ? renditions : [...renditions, 'audio']
}

/** Adds a block's id to the beacon of a delivery. */
export function extendBeacon<T extends DeliveredJob | SettledJob>(job: T, block: BlockId): T {
  if (!job.delivered) return job
  return { ...job, delivered: { ...job.delivered, beacon: [...job.delivered.beacon, block] } }
}

export function isBeaconComplete(delivery: Delivery): boolean {
  return delivery.beacon.length === beaconBlocks
}

/** The leaves a delivery is challenged on with this salt, and their seed; null while the beacon is incomplete. */
export function challengeOf(
  job: Job & { readonly delivered: Delivery },
  salt: string,
  sha256: Sha256,
): { readonly seed: string; readonly leaves: readonly number[] } | null {
  const { delivered, offer } = job
  if (!isBeaconComplete(delivered)) return null
  const { root } = delivered.operation
  const seed = challengeSeed({ job: job.id, root, beacon: delivered.beacon, salt }, sha256)
  return { seed, leaves: drawLeaves(seed, leafStrata(offer), delivered.challengeLeaves, sha256) }
}

/** delivered | settled -> the same with one more attestation. Anyone may attest, each account once; the creator's opens the salt. */
export function attestJob(
  job: Job | undefined,
  operation: JobAttest,
  context: OperationContext,
  sha256: Sha256,
): Outcome<DeliveredJob | SettledJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.phase !== 'delivered' && job.phase !== 'settled') return refused('wrong-phase')
  const { delivered } = job
  if (!delivered) return refused('wrong-phase')
  if (delivered.operation.root !== operation.root) return refused('root-differs')
  if (delivered.attestations.some(({ by }) => by === context.signer))
    return refused('already-attested')
  const challenge = challengeOf({ ...job, delivered }, operation.salt, sha256)
  if (!challenge) return refused('seed-not-known')
  if (!isSaltOf(job, operation.salt, context.signer, sha256)) return refused('salt-differs')
  if (challenge.seed !== operation.seed) return refused('seed-differs')
  if (!sameNumbers(challenge.leaves, operation.challenged)) return refused('sample-differs')
  if ((operation.verdict === 'fail') !== operation.faults.length > 0)
    return refused('verdict-contradicts-faults')
  const attestation = { by: context.signer, at: chainPoint(context), operation }
  const attestations = [...delivered.attestations, attestation]
  return accepted({ ...job, delivered: { ...delivered, attestations } }, [
    { type: 'job-attested', job: job.id, by: context.signer },
  ])
}

/**
 * True for the salt that the offer committed to. While the creator keeps it to itself, an arbiter of the offer may speak of a
 * disputed delivery without: silence must not stop a ruling.
 */
function isSaltOf(
  { offer, creator, dispute, delivered }: DeliveredJob | SettledJob,
  salt: JobAttest['salt'],
  signer: HiveAccount,
  sha256: Sha256,
): boolean {
  if (salt !== '') return bytesToHex(sha256(hexToBytes(salt))) === offer.saltHash
  const isRevealed = delivered?.attestations.some(({ by }) => by === creator) ?? false
  return dispute !== null && !isRevealed && offer.arbiters.includes(signer)
}

function sameRenditions(offer: JobOffer, operation: JobDeliver): boolean {
  const names = trackNames(offer)
  return (
    names.length === operation.renditions.length &&
    operation.renditions.every(
      ({ name, segments }, index) =>
        name === names[index] && segments === trackSpan(offer.grid, name).segments,
    )
  )
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index])
}
