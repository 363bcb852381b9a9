import type { BrowserPlan } from '#protocol/api/browser.ts'
import { frameSeconds, framesInSegment, segmentStart } from '#protocol/grid.ts'
import { isKeyFrame, keyDistance } from './key-frames.ts'
import { usualShare } from './video-config.ts'

/**
 * Chromium's own encoder is made for calls: it settles its account every eight pictures, and makes those after a key frame
 * pay for it, so that they have next to no bits and are seen to melt. Lent for just these, and taken back over the
 * pictures that follow, the same bits as before make a film as good as the recipe's: the worst picture of a segment is
 * half as far from its source.
 */
const lentFrames = 8

/** What is asked for meanwhile, at most, and what is left for the pictures that pay for it, at least: in parts of the rendition's rate. */
const mostLent = 3
const leastLeft = 0.9

/**
 * Seconds of its rate that a segment may have beyond its own: the buffer of the recipe's cap. Some of it stays for encoders
 * that take more than they are asked to, which Chromium's does where cut follows cut.
 */
const bufferSeconds = 2
const keptShare = 0.06

/** What is asked for at least, whatever was taken. */
const leastShare = 0.2

/** Encoders that begin anew at each change, with a key frame that nobody asked for, gain nothing by it. */
const mostRestarts = 2

export type BitLending = {
  /** What to ask for from this frame on, in parts of the rendition's rate. Called for each frame, before it is encoded. */
  shareFor(frame: number, isAfterCut: boolean): number
  /** Notes what a frame took. Called in the order of the frames; encoders are some frames behind. */
  spent(frame: number, bytes: number, isKey: boolean): void
}

type LendingTerms = {
  readonly grid: BrowserPlan['grid']
  readonly rendition: Pick<BrowserPlan['rendition'], 'kbps'>
}

/** Lends to the pictures after each key frame, and after each cut, where encoders make one of their own, while the segment's cap leaves room for it. */
export function createBitLending({ grid, rendition: { kbps } }: LendingTerms): BitLending {
  const { lentShare, backShare } = sharesOf(keyDistance(grid))
  const bytesPerFrame = (kbps * 1_000 * frameSeconds(grid.rate, 1)) / 8
  const bufferFrames = bufferSeconds / frameSeconds(grid.rate, 1)
  const segmentOf = (frame: number): number => Math.floor(frame / grid.segmentFrames)
  /** Bytes of each frame since the segment began: what it took, or, until that is known, what was asked for. */
  let taken = new Map<number, number>()
  let share = 0
  let lent = { until: 0, share: usualShare }
  let takenBackAt = -1
  let restarts = 0

  /** Frames of the segment that are still to come, what its cap has in all, and what is left of it: in frames at the rendition's rate. */
  const standing = (frame: number) => {
    const segment = segmentOf(frame)
    const frames = framesInSegment(grid, segment)
    const soFar = Array.from(taken.values()).reduce((sum, bytes) => sum + bytes, 0) / bytesPerFrame
    const cap = frames + bufferFrames
    return { left: segmentStart(grid, segment) + frames - frame, cap, room: cap - soFar }
  }
  /** As much as the segment has room for, if the pictures that follow pay for it. */
  const lendFrom = (frame: number): void => {
    const { left, room } = standing(frame)
    const lentTo = Math.min(left, lentFrames)
    const share = Math.min(lentShare, (room - backShare * (left - lentTo)) / lentTo)
    lent = { until: frame + lentFrames, share: Math.max(backShare, share) }
  }
  /** An encoder that took more than it was asked to gets less: a segment beyond its cap is no use to anybody. */
  const paidBack = (frame: number): number => {
    const { left, cap, room } = standing(frame)
    return Math.max(leastShare, Math.min(backShare, (room - keptShare * cap) / left))
  }
  const wantedFor = (frame: number, isAfterCut: boolean): number => {
    if (restarts >= mostRestarts) return usualShare
    if (isAfterCut || isKeyFrame(grid, frame)) lendFrom(frame)
    if (frame < lent.until) return lent.share
    return (frame - lent.until) % lentFrames === 0 ? paidBack(frame) : share
  }

  return {
    shareFor: (frame, isAfterCut) => {
      if (frame % grid.segmentFrames === 0) taken = new Map()
      const wanted = wantedFor(frame, isAfterCut)
      if (wanted < share) takenBackAt = frame
      share = wanted
      taken.set(frame, wanted * bytesPerFrame)
      return wanted
    },
    spent: (frame, bytes, isKey) => {
      if (taken.has(frame)) taken.set(frame, bytes)
      if (isKey && frame === takenBackAt && !isKeyFrame(grid, frame)) restarts += 1
    },
  }
}

/** What is lent and what is left, so that both together come to the usual share from one key frame to the next. */
function sharesOf(frames: number): { readonly lentShare: number; readonly backShare: number } {
  const payingFrames = frames - lentFrames
  if (payingFrames <= 0) return { lentShare: usualShare, backShare: usualShare }
  const all = usualShare * frames
  const lentShare = Math.min(mostLent, (all - leastLeft * payingFrames) / lentFrames)
  return { lentShare, backShare: (all - lentShare * lentFrames) / payingFrames }
}
