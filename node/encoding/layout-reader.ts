import { stat } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import type { Ffprobe } from './ffprobe.ts'
import { checkFields } from './field-check.ts'
import type { SourceLayout } from './source-layout.ts'
import { readLayout } from './source-layout.ts'
import { isWindow } from './window-address.ts'

export type LayoutReaderDeps = {
  readonly ffmpeg: Ffmpeg
  readonly ffprobe: Ffprobe
}

type LayoutRequest = {
  readonly source: string
  /** The stream that an offer names; else the first moving picture. */
  readonly videoStream?: number
}

/** Reads how a file is to be opened: what its header says, and what its pictures say against it. */
export type LayoutReader = (request: LayoutRequest, signal: AbortSignal) => Promise<SourceLayout>

/** Answers that are kept: more than one node works on at a time. */
const keptLayouts = 16

/** A source is read once for all its cells, and again when the file is another. */
export function createLayoutReader(deps: LayoutReaderDeps): LayoutReader {
  const kept = new Map<string, SourceLayout>()
  return async ({ source, videoStream }, signal) => {
    const key = [source, await versionOf(source), videoStream].join('|')
    const known = kept.get(key)
    if (known) return known
    const wanted = videoStream === undefined ? { signal } : { videoStream, signal }
    const header = await readLayout(deps.ffprobe, source, wanted)
    const fields = await checkFields(deps, header, signal)
    const layout = { ...header, video: { ...header.video, fields } }
    kept.set(key, layout)
    for (const oldest of [...kept.keys()].slice(0, -keptLayouts)) kept.delete(oldest)
    return layout
  }
}

/** Tells a file from an earlier one of its name. What a window shows never changes. */
async function versionOf(source: string): Promise<string> {
  if (isWindow(source)) return ''
  const { size, mtimeMs } = await stat(source).catch((cause: unknown) => {
    throw new MarketError('input-missing', 'There is no such file.', { path: source }, { cause })
  })
  return `${size}|${mtimeMs}`
}
