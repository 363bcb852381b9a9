import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentPlace } from '#market/ports/browser-encodes.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { EncodingResult } from '#market/ports/job-scheduler.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { Sha256Hex } from '#protocol/ids.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { manifestName } from '../encoding/playlist.ts'
import { treeFiles } from '../encoding/tree-files.ts'
import { replaceText } from '../local/durable.ts'
import { assembleTree } from '../processing/tree.ts'
import { checkTree } from '../verification/tree-check.ts'
import { measureTree } from './browser-manifest.ts'
import type { SourceTerms } from './source-terms.ts'

export type TreeJudgeDeps = {
  readonly engine: EncodingEngine
  readonly tools: FfmpegTools
  readonly content: Pick<ContentStore, 'addFile' | 'addBytes' | 'addDirectory' | 'sizes' | 'pin'>
  /** Decides which leaves are measured: nobody may know it before the tree is whole. */
  readonly newSeed: () => Sha256Hex
}

/** A tree whose segments are all in their folder. */
export type WholeTree = {
  readonly terms: SourceTerms
  /** Of the job: `tree` below it holds the segments. */
  readonly folder: string
  readonly source: string
  readonly fileOf: (place: SegmentPlace) => string
  /** Who keeps the tree once it has passed. */
  readonly owner: string
}

export type Judgement =
  | { readonly ok: true; readonly result: Omit<EncodingResult, 'processingTimeSec'> }
  | { readonly ok: false; readonly reason: string }

/** Leaves that are encoded anew and compared: few enough for a server of many tabs, drawn after the tree is whole. */
const measuredLeaves = 8

/**
 * Holds what a tab has made to its source by the same check as any tree, and takes what passes into IPFS. Rejects where the
 * check itself cannot be made: then nothing is said against the tab.
 */
export async function judgeTree(
  { engine, tools, content, newSeed }: TreeJudgeDeps,
  { terms, folder, source, fileOf, owner }: WholeTree,
  options: { readonly signal: AbortSignal; readonly onProgress: (percent: number) => void },
): Promise<Judgement> {
  const manifest = await measureTree(terms, fileOf)
  if (!manifest) return { ok: false, reason: 'the first segment is no H.264 in a transport stream' }
  const tree = join(folder, 'tree')
  const files = treeFiles(manifest)
  for (const file of files) if ('text' in file) await replaceText(join(tree, file.path), file.text)
  const scratch = join(folder, 'scratch')
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const { signal, onProgress } = options
  const report = await checkTree(
    { engine, tools },
    {
      ...{ folder: tree, source, scratch, signal, seed: newSeed(), leaves: measuredLeaves },
      onProgress: ({ stage, percent }) => onProgress(overall(stage, percent)),
    },
  )
  await rm(scratch, { recursive: true, force: true })
  if (report.verdict === 'fail')
    return { ok: false, reason: report.faults.slice(0, toldFaults).map(faultText).join('; ') }
  for (const file of files)
    if (!('text' in file)) await content.addFile(join(tree, file.path), { signal })
  const { root } = await assembleTree(manifest, content)
  content.pin(root, owner)
  const bytes = files.reduce((sum, file) => sum + ('text' in file ? 0 : file.bytes), 0)
  return {
    ok: true,
    result: {
      ...{ outputCid: root, manifestPath: manifestName, outputSizeBytes: bytes },
      qualities: [terms.rendition.name],
    },
  }
}

const toldFaults = 3

/** Measuring takes nearly all of the time. */
function overall(stage: string, percent: number): number {
  if (stage === 'challenge') return 30 + 0.7 * percent
  return stage === 'structure' ? 10 + 0.2 * percent : 0.1 * percent
}

/** `picture-black in 480p, segment 3 (black-share 1, limit 0)`. */
function faultText({ code, rendition, segment, evidence }: Fault): string {
  const place = rendition === undefined ? '' : ` in ${rendition}`
  const which = segment === undefined ? '' : `, segment ${segment}`
  if (!evidence) return `${code}${place}${which}`
  const { figure, measured, limit } = evidence
  return `${code}${place}${which} (${figure} ${measured / 1_000}, limit ${limit / 1_000})`
}
