import { challengeOf } from '#contracts/delivering.ts'
import type { Delivery, Job } from '#contracts/job.ts'
import { leavesOf } from '#contracts/merkle.ts'
import type { CheckResult } from '#market/domain/creator-job.ts'
import { MarketError } from '#market/errors.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { CheckProgress, DeliveryChecker, JobTrees } from '#market/ports/processing.ts'
import type { Fault } from '#protocol/attestation.ts'
import { mostFaults } from '#protocol/attestation.ts'
import { classOf } from '#protocol/encoder.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { Manifest } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { pause } from '../chain/hive-rpc.ts'
import { extrasBytesLimit } from '../encoding/extras-shape.ts'
import type { Ffmpeg } from '../encoding/ffmpeg-process.ts'
import type { Ffprobe } from '../encoding/ffprobe.ts'
import { bringSource } from '../processing/source-fetch.ts'
import { sourceHolders } from '../processing/source-holders.ts'
import { assembleTree } from '../processing/tree.ts'
import type { Workspace } from '../processing/workspace.ts'
import { sha256 } from '../sha256.ts'
import { isOwnFailure, unlessAtFault } from './blame.ts'
import { challengeTier, checkLeaves } from './challenge-check.ts'
import { strictColours } from './colour-tolerance.ts'
import { checkFiles } from './files-check.ts'
import { parse } from './foreign-bytes.ts'
import { checkManifest, checkPromise } from './manifest-check.ts'
import { checkSubtitles } from './subtitles-check.ts'

export type CheckerDeps = {
  readonly content: ContentStore
  readonly engine: EncodingEngine
  readonly ffmpeg: Ffmpeg
  readonly ffprobe: Ffprobe
  readonly ledger: LedgerView
  readonly clock: Clock
  readonly workspaceOf: (job: JobId) => Workspace
  /** Told of a tree that is here, whatever is found of it. */
  readonly trees: JobTrees
}

export type CheckerOptions = {
  /** Milliseconds for which a tree that cannot be had is asked for again before that counts against the encoder. */
  readonly patienceMs: number
  /** Milliseconds between two looks at the ledger or two tries at fetching. */
  readonly pollMs: number
}

/** What one check works with. */
export type Check = CheckerDeps & {
  readonly job: JobId
  readonly offer: JobOffer
  readonly creator: HiveAccount
  readonly encoder: HiveAccount
  readonly delivered: Delivery
  readonly signal: AbortSignal
  readonly onProgress: (progress: CheckProgress) => void
}

/** What a manifest holds besides its leaves, and the most that one leaf takes in it. */
const manifestFixedBytes = 65_536
const manifestLeafBytes = 256

/**
 * Checks deliveries in the order of DESIGN's verification: the manifest against offer and commitment, the tree against the manifest,
 * every segment against its place, and then, once the chain has drawn them, the challenged leaves against an encode of our own:
 * byte by byte where encoder and verifier are of one determinism class, by measuring where they are not.
 * Structure is checked while the seed is awaited, and counted as work; the waiting is not.
 * Trouble of this machine's own, wherever it strikes, rejects: the check is then made again, and nobody is accused.
 */
export function createDeliveryChecker(deps: CheckerDeps, options: CheckerOptions): DeliveryChecker {
  return {
    check: async (job, salt, { signal, onProgress }) => {
      const known = deliveredJob(deps.ledger, job)
      const { offer, creator, award, delivered } = known
      const check: Check = {
        ...deps,
        job,
        offer,
        creator,
        encoder: award.encoder,
        delivered,
        signal,
        onProgress,
      }
      const started = deps.clock.now()
      const structure = await checkStructure(check, options)
      const waited = deps.clock.now()
      const { seed, leaves } = await awaitChallenge(check, salt, options.pollMs)
      const resumed = deps.clock.now()
      const faults = [
        ...structure.faults,
        ...(await challenge(check, structure, [...leaves, ...structure.undecided])),
      ]
      await deps.workspaceOf(job).remove()
      const found = fewOfEach(faults)
      const milliseconds = waited - started + (deps.clock.now() - resumed)
      const verdict = found.length === 0 ? 'pass' : 'fail'
      return {
        verdict,
        seed,
        challenged: leaves,
        faults: found,
        milliseconds,
      } satisfies CheckResult
    },
  }
}

type Structure = {
  /** Null where what is wrong leaves nothing to challenge. */
  readonly manifest: Manifest | null
  readonly undecided: readonly number[]
  readonly faults: readonly Fault[]
}

async function checkStructure(check: Check, options: CheckerOptions): Promise<Structure> {
  const failed = (...faults: readonly Fault[]): Structure => ({
    manifest: null,
    undecided: [],
    faults,
  })
  const promised = checkPromise(check.offer, check.delivered)
  if (promised.length > 0) return failed(...promised)
  if (!(await fetchTree(check, options))) return failed({ code: 'unavailable' })
  check.trees.show(check.job, check.delivered.operation.root)
  const manifest = await readManifest(check)
  if (!manifest) return failed({ code: 'manifest-invalid' })
  const faults = checkManifest(manifest, check.offer, check.delivered)
  if (faults.length > 0) return failed(...faults)
  if (!isOfItsClass(check, manifest)) return failed({ code: 'manifest-differs-from-offer' })
  const tree = await unlessAtFault(assembleTree(manifest, check.content))
  const { root, manifest: manifestCid } = check.delivered.operation
  if (tree?.root !== root || tree.manifest !== manifestCid)
    return failed({ code: 'tree-differs-from-manifest' })
  const { faults: invalid, undecided } = await checkFiles(check, manifest)
  // Renditions stand by themselves, and an arbiter pays for the good ones: so they are challenged all the same.
  return isOfSomeRenditions(invalid, check.offer)
    ? { manifest, undecided, faults: invalid }
    : failed(...invalid)
}

/** True for faults, or none, that leave a rendition of the ladder and the sound as they should be. */
function isOfSomeRenditions(faults: readonly Fault[], { ladder }: JobOffer): boolean {
  const bad = new Set(faults.map(({ rendition }) => rendition))
  const names = ladder.map(({ name }) => name)
  return (
    names.some((name) => !bad.has(name)) && [...bad].every((name) => names.includes(name ?? ''))
  )
}

/** Faults told of one rendition: more say nothing new, and would leave no room for those of the others. */
const toldOfEach = 3

function fewOfEach(faults: readonly Fault[]): readonly Fault[] {
  return faults
    .filter(
      (fault, index) =>
        faults.slice(0, index).filter(({ rendition }) => rendition === fault.rendition).length <
        toldOfEach,
    )
    .slice(0, mostFaults)
}

/** The class an encoder is chosen for is the registry's. One that registered anew since the award may have changed it. */
function isOfItsClass({ ledger, encoder, job }: Check, manifest: Manifest): boolean {
  const registered = ledger.current().nodes.get(encoder)
  const { awardedAt } = deliveredJob(ledger, job)
  if (!registered?.encoder || registered.updated > awardedAt.height) return true
  return classOf(registered.encoder, manifest.recipe) === manifest.class.cid
}

/**
 * Checks the leaves that were drawn, but for those of renditions that are at fault already. The source is brought for it: of a range
 * only what is read to encode it anew.
 */
async function challenge(
  check: Check,
  { manifest, faults }: Structure,
  drawn: readonly number[],
): Promise<readonly Fault[]> {
  if (!manifest) return []
  const all = leavesOf(manifest)
  const leaves = drawn.filter(
    (leaf) => !faults.some(({ rendition }) => rendition === all[leaf]?.rendition),
  )
  if (leaves.length === 0) return []
  const { content, creator, encoder, engine, job, ledger, offer, signal } = check
  content.pin(offer.source.cid, job)
  const { begin, bring } = bringSource(content, offer, () => [
    ...new Set([encoder, ...sourceHolders(ledger, offer, creator)]),
  ])
  await begin({ signal })
  await using opened = await check.workspaceOf(job).source(offer.source.cid, { signal, bring })
  const reading = { ...check, source: opened.input, signal: opened.signal }
  const { encoderClass: awarded, hwAccel } = deliveredJob(ledger, job)
  const { class: own } = await engine.prove(manifest.recipe, { signal })
  const tier = challengeTier(manifest, { own: own.cid, awarded })
  const texts = await checkSubtitles(reading, manifest)
  opened.signal.throwIfAborted()
  if (texts.length > 0) return texts
  const findings = await checkLeaves(
    { ...reading, tier, hwAccel, colours: strictColours },
    manifest,
    leaves,
  )
  opened.signal.throwIfAborted()
  return findings.flatMap(({ faults }) => faults)
}

/** Fetches the whole tree, again and again for a while: an encoder may be starting anew, and is not to be accused for that. */
async function fetchTree(check: Check, { patienceMs, pollMs }: CheckerOptions): Promise<boolean> {
  const { content, delivered, encoder, job, offer, signal, onProgress, clock } = check
  const { root, renditions } = delivered.operation
  const promised = renditions.reduce((sum, { bytes }) => sum + bytes, 0)
  content.pin(root, job)
  const deadline = clock.now() + patienceMs
  for (;;) {
    try {
      await content.fetch(root, [encoder], {
        signal,
        expectedBytes: promised,
        extraBytes: extrasBytesLimit({ grid: offer.grid, renditions: offer.ladder }),
        onProgress: (percent) => onProgress({ stage: 'fetching', percent }),
      })
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (isOwnFailure(error)) throw error
      const isLying = error instanceof MarketError && error.code === 'content-corrupt'
      if (isLying || clock.now() >= deadline) return false
      await pause(Math.max(pollMs, 1_000), signal)
    }
  }
}

async function readManifest({ content, delivered, signal }: Check): Promise<Manifest | null> {
  const { manifest, leaves } = delivered.operation
  const limitBytes = manifestFixedBytes + manifestLeafBytes * leaves
  const bytes = await unlessAtFault(content.read(manifest, { limitBytes, signal }))
  const value = bytes && parse((): unknown => JSON.parse(Buffer.from(bytes).toString('utf8')))
  const parsed = Manifest.safeParse(value)
  return parsed.success ? parsed.data : null
}

/** The leaves that the chain draws, once the blocks that draw them are irreversible. */
async function awaitChallenge(
  { ledger, job, signal, onProgress }: Check,
  salt: string,
  pollMs: number,
): Promise<{ readonly seed: Sha256Hex; readonly leaves: readonly number[] }> {
  for (let told = -1; ; ) {
    signal.throwIfAborted()
    const known = deliveredJob(ledger, job)
    const blocks = known.delivered.beacon.length
    if (blocks > told) onProgress({ stage: 'awaiting-seed', percent: (100 * blocks) / 3 })
    told = blocks
    const challenge = challengeOf(known, salt, sha256)
    if (challenge) return { seed: Sha256Hex.parse(challenge.seed), leaves: challenge.leaves }
    await pause(pollMs, signal)
  }
}

type Checkable = Extract<Job, { phase: 'delivered' | 'settled' }> & { readonly delivered: Delivery }

function deliveredJob(ledger: LedgerView, id: JobId): Checkable {
  const job = ledger.current().jobs.get(id)
  if (job?.phase === 'delivered') return job
  if (job?.phase === 'settled' && job.delivered) return { ...job, delivered: job.delivered }
  throw new MarketError('job-unknown', `Nothing was delivered for ${id}.`)
}
