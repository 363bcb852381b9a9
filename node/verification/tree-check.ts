import { drawLeaves } from '#contracts/challenge.ts'
import { leavesOf, merkleRoot, summariesOf, tracksOf } from '#contracts/merkle.ts'
import { buildLadder } from '#market/domain/ladder.ts'
import { ladderFor } from '#market/domain/recipe-ladder.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { CheckProgress } from '#market/ports/processing.ts'
import type { Fault, Verdict } from '#protocol/attestation.ts'
import { bytesToHex, canonicalJson } from '#protocol/canonical.ts'
import type { Cid } from '#protocol/ids.ts'
import { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import type { Manifest } from '#protocol/manifest.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { createWorkspaces } from '../processing/workspace.ts'
import { sha256 } from '../sha256.ts'
import { challengeTier, checkLeaves } from './challenge-check.ts'
import { coloursOf } from './colour-tolerance.ts'
import { checkFiles } from './files-check.ts'
import type { LeafFinding, Tier } from './leaf.ts'
import type { LocalTree } from './local-tree.ts'
import { openLocalTree } from './local-tree.ts'
import { checkManifest, ladderOf } from './manifest-check.ts'
import type { SegmentFindings } from './segments-check.ts'
import { checkSubtitles } from './subtitles-check.ts'

export type TreeCheckDeps = {
  readonly engine: EncodingEngine
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
}

export type TreeCheckOptions = {
  /** The tree's folder, and the file it is said to be made of. */
  readonly folder: string
  readonly source: string
  /** The id that the tree is said to have, where it was asked for by one. */
  readonly root?: Cid | undefined
  readonly seed: Sha256Hex
  /** Leaves to draw; Infinity draws all. */
  readonly leaves: number
  /** Whether its renditions have to be those that the market makes of such a source, where no offer says which were asked for. */
  readonly isOfStandardLadder?: boolean
  /** Holds what the check makes, and is emptied by it. */
  readonly scratch: string
  readonly signal: AbortSignal
  readonly onProgress: (progress: TreeCheckProgress) => void
}

export type TreeCheckProgress = {
  readonly stage: 'hashing' | 'source' | CheckProgress['stage']
  readonly percent: number
}

export type TreeReport = {
  readonly verdict: Verdict
  readonly faults: readonly Fault[]
  /** Absent where the tree could not be opened. */
  readonly root?: Cid
  readonly merkleRoot?: Sha256Hex
  readonly leaves?: number
  readonly tier?: Tier
  /** Names of renditions that the market makes of such a source, and the tree has not. */
  readonly absent?: readonly string[]
  readonly seed: Sha256Hex
  readonly challenged: readonly number[]
  readonly findings: readonly LeafFinding[]
}

/** Work of its own has no job; its folder is named after this one. */
const noJob = JobId.parse('verify:0000000000000000')

/**
 * Checks a tree against its source without any chain: the same checks as of a delivery, with a seed of the caller's.
 * Resolves to a report; rejects with a MarketError where the check itself cannot be made.
 */
export async function checkTree(
  deps: TreeCheckDeps,
  options: TreeCheckOptions,
): Promise<TreeReport> {
  const { seed, signal, onProgress } = options
  const failed = (faults: readonly Fault[], known: Partial<TreeReport> = {}): TreeReport => ({
    ...known,
    verdict: 'fail',
    faults,
    seed,
    challenged: [],
    findings: [],
  })
  const opened = await openLocalTree(options.folder, {
    signal,
    onProgress: (percent) => onProgress({ stage: 'hashing', percent }),
  })
  if (!opened.tree) return failed(opened.faults)
  const { manifest, root } = opened.tree
  const all = leavesOf(manifest)
  const { class: own } = await deps.engine.prove(manifest.recipe, options)
  const known = {
    root,
    merkleRoot: Sha256Hex.parse(bytesToHex(merkleRoot(all, sha256))),
    leaves: all.length,
    tier: challengeTier(manifest, { own: own.cid, awarded: null }),
  }
  if (options.root !== undefined && options.root !== root)
    return failed([{ code: 'tree-differs-from-manifest' }], known)
  onProgress({ stage: 'source', percent: 0 })
  const offer = await offerOf(deps.engine, manifest, options)
  onProgress({ stage: 'source', percent: 100 })
  if (!offer) return failed([{ code: 'manifest-differs-from-offer' }], known)
  const { terms, foreign, absent } = offer
  if (foreign.length > 0) return failed(foreign.map(asForeign), known)
  const { faults, undecided } = await checkStructure(deps, opened.tree, {
    ...options,
    terms,
    ...known,
  })
  if (faults.length > 0) return failed(faults, known)
  const { source } = options
  const check = { ...workOf(deps, opened.tree, options), offer: terms, source }
  const texts = await checkSubtitles(check, manifest)
  if (texts.length > 0) return failed(texts, known)
  const challenged = draw(manifest, options)
  const leaves = [...new Set([...challenged, ...undecided])]
  const findings = await checkLeaves(
    { ...check, tier: known.tier, hwAccel: 'any', colours: coloursOf(manifest) },
    manifest,
    leaves,
  )
  const found = findings.flatMap(({ faults: own }) => own)
  const verdict = found.length === 0 ? 'pass' : 'fail'
  return { ...known, absent, verdict, faults: found, seed, challenged, findings }
}

const asForeign = (rendition: string): Fault => ({ code: 'manifest-differs-from-offer', rendition })

/** What an offer of this source would have asked for, and which renditions it would not, or would besides. */
type Offer = {
  readonly terms: EncodeRequest['terms']
  readonly foreign: readonly string[]
  readonly absent: readonly string[]
}

/** Null where the manifest is about another file, or another length of it. */
async function offerOf(
  engine: EncodingEngine,
  manifest: Manifest,
  { source, isOfStandardLadder = false, signal }: TreeCheckOptions,
): Promise<Offer | null> {
  if ((await fileCid(source)) !== manifest.source) return null
  const analysed = await engine.analyse(source, { signal })
  const { rate, frames, longestGopSeconds, videoKbps: _, audioStream, ...profile } = analysed
  const { grid, recipe } = manifest
  if (canonicalJson(rate) !== canonicalJson(grid.rate) || frames !== grid.frames) return null
  // A range may leave the sound to another.
  const isSilent = audioStream === null || (grid.range !== undefined && manifest.audio === null)
  if (isSilent !== (manifest.audio === null)) return null
  const offered = {
    cid: manifest.source,
    ...profile,
    ...(isSilent ? {} : { audioStream }),
  }
  if (grid.leadSeconds < Math.ceil(longestGopSeconds)) return null
  const { copied } = manifest
  const ladder = ladderOf(manifest)
  const terms = { source: offered, grid, recipe, ladder }
  const standard = ladderFor(recipe, buildLadder(profile.width, profile.height, analysed), rate)
  return {
    terms: copied === undefined ? terms : { ...terms, copied },
    ...(isOfStandardLadder ? comparedLadders(ladder, standard) : { foreign: [], absent: [] }),
  }
}

function comparedLadders(ladder: Ladder, standard: Ladder): Pick<Offer, 'foreign' | 'absent'> {
  const texts = new Set(standard.map(canonicalJson))
  const names = new Set(ladder.map(({ name }) => name))
  return {
    foreign: ladder.filter((rung) => !texts.has(canonicalJson(rung))).map(({ name }) => name),
    absent: standard.map(({ name }) => name).filter((name) => !names.has(name)),
  }
}

async function checkStructure(
  deps: TreeCheckDeps,
  tree: LocalTree,
  options: TreeCheckOptions & {
    readonly terms: EncodeRequest['terms']
    readonly merkleRoot: Sha256Hex
    readonly leaves: number
  },
): Promise<SegmentFindings> {
  const { manifest } = tree
  const operation = {
    merkleRoot: options.merkleRoot,
    leaves: leavesOf(manifest).length,
    renditions: summariesOf(manifest),
  }
  const faults = checkManifest(manifest, options.terms, { operation })
  if (faults.length > 0) return { faults, undecided: [] }
  return await checkFiles(workOf(deps, tree, options), manifest)
}

function workOf(
  { engine, tools }: TreeCheckDeps,
  { content }: LocalTree,
  { scratch, signal, onProgress }: TreeCheckOptions,
) {
  const nothingToExport = () => Promise.reject(new Error('the source is a local file'))
  const workspaces = createWorkspaces(scratch, {
    exportFile: nothingToExport,
    sizes: nothingToExport,
  })
  return {
    engine,
    ...tools,
    content,
    job: noJob,
    signal,
    onProgress,
    workspaceOf: (job: JobId) => workspaces(job, 'check'),
  }
}

function draw(manifest: Manifest, { seed, leaves }: TreeCheckOptions): readonly number[] {
  let start = 0
  const strata = tracksOf(manifest).map(({ segments }) => {
    const stratum = { start, length: segments.length }
    start += segments.length
    return stratum
  })
  return drawLeaves(seed, strata, leaves, sha256)
}
