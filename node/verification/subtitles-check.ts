import { readFile } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import type { Fault } from '#protocol/attestation.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import { gridSeconds } from '#protocol/grid.ts'
import type { Manifest, SubtitleRecord } from '#protocol/manifest.ts'
import type { Subtitles } from '../encoding/subtitles.ts'
import { extractSubtitles } from '../encoding/subtitles.ts'
import type { Cue } from '../encoding/vtt.ts'
import { readCues } from '../encoding/vtt.ts'
import { isOwnFailure } from './blame.ts'
import { readText } from './extras-check.ts'
import type { LeafCheck } from './leaf.ts'

type SubtitlesCheck = Pick<
  LeafCheck,
  'content' | 'ffmpeg' | 'ffprobe' | 'job' | 'offer' | 'signal' | 'source' | 'workspaceOf'
>

/** Seconds by which builds of FFmpeg may time a text differently. */
const timeTolerance = 0.05

/**
 * Holds the subtitles of a tree to those of its source, by extracting them again: all of them, each with its name, place and
 * words. A tree without any is let pass, as is everything where this machine cannot extract them itself.
 */
export async function checkSubtitles(
  check: SubtitlesCheck,
  manifest: Manifest,
): Promise<readonly Fault[]> {
  const { subtitles, grid } = manifest
  if (!subtitles) return []
  await using scratch = await check.workspaceOf(check.job).scratch('subtitles')
  const own = await extractAgain(check, gridSeconds(grid), scratch.path)
  if (!own) return []
  if (own.records.length !== subtitles.length) return differing
  for (const [index, subtitle] of subtitles.entries()) {
    const record = own.records[index]
    if (!record || describe(record) !== describe(subtitle)) return differing
    if (record.cid === subtitle.cid) continue
    const words = await readText(check, subtitle)
    const ownWords = await readFile(own.files[index] ?? '', 'utf8')
    if (words === null || !isSameText(words, ownWords, gridSeconds(grid))) return differing
  }
  return []
}

const differing: readonly Fault[] = [{ code: 'subtitles-differ' }]

async function extractAgain(
  { ffmpeg, ffprobe, offer, signal, source }: SubtitlesCheck,
  seconds: number,
  directory: string,
): Promise<Subtitles | null> {
  const { videoStream } = offer.source
  try {
    return await extractSubtitles(
      { ffmpeg, ffprobe },
      { source, videoStream, seconds, directory, signal },
    )
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof MarketError && !isOwnFailure(error)) return null
    throw error
  }
}

/** What people are told of a track. */
function describe({ cid: _, bytes: __, ...told }: SubtitleRecord): string {
  return canonicalJson(told)
}

/** The same words at the same times: builds of FFmpeg mark them up differently. */
function isSameText(left: string, right: string, seconds: number): boolean {
  const [theirs, own] = [readCues(left, seconds), readCues(right, seconds)]
  return (
    theirs.length === own.length &&
    theirs.every((cue, index) => {
      const other = own[index]
      return other !== undefined && isSameCue(cue, other)
    })
  )
}

function isSameCue(left: Cue, right: Cue): boolean {
  return (
    Math.abs(left.start - right.start) <= timeTolerance &&
    Math.abs(left.end - right.end) <= timeTolerance &&
    wordsOf(left) === wordsOf(right)
  )
}

function wordsOf({ lines }: Cue): string {
  return lines
    .join(' ')
    .replace(/<[^>]*>|\{\\[^}]*\}/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
