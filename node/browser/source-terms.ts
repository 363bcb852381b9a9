import { buildLadder } from '#market/domain/ladder.ts'
import { frameGrid } from '#market/domain/offer-terms.ts'
import { isShort } from '#market/domain/routing.ts'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { BrowserPlan } from '#protocol/api/browser.ts'
import { gridSeconds } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { audioFrames } from '../encoding/audio-arguments.ts'
import type { LayoutReader } from '../encoding/layout-reader.ts'
import type { VideoLayout } from '../encoding/video-layout.ts'

export type SourceTermsDeps = {
  readonly engine: Pick<EncodingEngine, 'analyse'>
  readonly readLayout: LayoutReader
}

/** What a tab's work on a source is measured by. */
export type SourceTerms = {
  readonly plan: Omit<BrowserPlan, 'finished'>
  readonly terms: EncodeRequest['terms']
  readonly rendition: Rendition
}

/** Measures a file as an offer would. Rejects with `unsupported-here` for one of which a tab cannot make what the tree asks. */
export async function readSourceTerms(
  { engine, readLayout }: SourceTermsDeps,
  { file, cid }: { readonly file: string; readonly cid: Cid },
  signal: AbortSignal,
): Promise<SourceTerms> {
  const profile = await engine.analyse(file, { signal })
  const { rate, frames, longestGopSeconds, audioStream, videoKbps, own: _, ...source } = profile
  const grid = frameGrid(rate, frames, longestGopSeconds)
  if (!isShort(gridSeconds(grid))) throw unsupported('it lasts two minutes or more')
  const rendition = buildLadder(profile.width, profile.height, profile).at(-1)
  if (!rendition) throw new Error('every source has a rendition')
  const { video } = await readLayout({ source: file, videoStream: source.videoStream }, signal)
  const offered = { cid, ...source, ...(audioStream === null ? {} : { audioStream }) }
  return {
    plan: {
      source: { cid, bytes: source.bytes, ...readingOf(video) },
      ...{ grid, rendition },
      audioFrames: audioStream === null ? null : audioFrames(grid),
    },
    terms: { source: offered, grid, recipe: contractRecipe, ladder: [rendition] },
    rendition,
  }
}

type Reading = Pick<BrowserPlan['source'], 'turn' | 'matrix' | 'isFullRange'>

/** How a tab has to read the pictures. What it has no means for is another's work: tone mapping, fields, transparency. */
function readingOf(video: VideoLayout): Reading {
  const { color, orientation, fields, bitDepth, hasAlpha } = video
  const { matrix, isFullRange, hdr, wide } = color
  if (hdr !== 'none' || wide !== null) throw unsupported('its colours go beyond BT.709')
  if (fields !== 'progressive') throw unsupported('its pictures are made of fields')
  if (bitDepth > 8) throw unsupported(`its pictures have ${bitDepth} bits`)
  if (hasAlpha) throw unsupported('it is transparent in parts')
  const turn = turns[orientation.filters.join()]
  if (turn === undefined) throw unsupported('its pictures are mirrored')
  if (matrix !== 'bt709' && matrix !== 'bt601') throw unsupported(`its colours are in ${matrix}`)
  return { turn, matrix, isFullRange }
}

/** By the filters that turn a picture upright. */
const turns: Readonly<Record<string, Reading['turn']>> = {
  '': 0,
  'transpose=clock': 90,
  'hflip,vflip': 180,
  'transpose=cclock': 270,
}

function unsupported(reason: string): MarketError {
  return new MarketError('unsupported-here', `No tab encodes this video: ${reason}.`)
}
