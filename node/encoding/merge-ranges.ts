import { MarketError } from '#market/errors.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { PartRange } from '#protocol/grid.ts'
import { partCount } from '#protocol/grid.ts'
import type { Manifest, RenditionRecord } from '#protocol/manifest.ts'
import { hardwareOf, hardwareRuns } from '#protocol/manifest.ts'
import { wholeGrid } from '#protocol/range.ts'

/**
 * The record of a whole video from those of its ranges, in any order: the same, to the byte, that one encoder of their class would
 * have written for all of it, before extras; its class is called as the first range calls it. No segment is touched.
 * Throws `ranges-differ` for records that do not fit together: they leave something out, have it twice, are of different sources,
 * terms or classes, or their streams could not be joined.
 */
export function mergeRanges(records: readonly Manifest[]): Manifest {
  const ordered = records.toSorted((one, other) => rangeIn(one).first - rangeIn(other).first)
  const [head] = ordered
  if (!head) throw differing('there are none')
  requireCover(ordered)
  for (const record of ordered)
    if (canonicalJson(commonOf(record)) !== canonicalJson(commonOf(head)))
      throw differing('they are not of the same terms and class')
  const sounds = ordered.filter(({ audio }) => audio !== null)
  if (sounds.length > 1) throw differing('more than one has the sound')
  return {
    ...head,
    grid: wholeGrid(head.grid),
    renditions: head.renditions.map(({ name }, place) =>
      joined(
        ordered.flatMap(({ renditions }) => renditions[place] ?? []),
        name,
      ),
    ),
    audio: sounds[0]?.audio ?? null,
  }
}

function rangeIn({ grid: { range } }: Manifest): PartRange {
  if (!range) throw differing('one of them is whole')
  return range
}

/** Every part of the grid stands in one range, and in no other. */
function requireCover(ordered: readonly Manifest[]): void {
  let next = 0
  for (const { first, parts } of ordered.map(rangeIn)) {
    if (first !== next) throw differing(`part ${Math.min(first, next)} is missing, or there twice`)
    next = first + parts
  }
  const [head] = ordered
  if (head && next !== partCount(head.grid)) throw differing(`part ${next} is missing`)
}

/** What the ranges of a video have in common. */
function commonOf(record: Manifest): unknown {
  const { v, source, recipe, copied = null, grid } = record
  const streams = record.renditions.map(
    ({ segments: _segments, hardware: _hardware, ...own }) => own,
  )
  // Builds of one class may call themselves otherwise; what they make is the same.
  return { v, source, recipe, copied, class: record.class.cid, grid: wholeGrid(grid), streams }
}

function joined(pieces: readonly RenditionRecord[], name: string): RenditionRecord {
  const [head] = pieces
  if (!head) throw differing(`none has ${name}`)
  const { hardware: _, ...rendition } = head
  const makers = pieces.flatMap((piece) =>
    piece.segments.map((_segment, place) => hardwareOf(piece, place)),
  )
  const hardware = hardwareRuns(makers)
  return {
    ...rendition,
    segments: pieces.flatMap(({ segments }) => segments),
    ...(hardware.length === 0 ? {} : { hardware }),
  }
}

function differing(why: string): MarketError {
  return new MarketError('ranges-differ', `The ranges do not make one video: ${why}.`)
}
