import path from 'node:path'
import { recipeFor } from '#protocol/recipe.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { createEncodeFile } from '../local/encode-file.ts'
import type { EncodeView } from '../local/encode-view.ts'
import { createEncodeView } from '../local/encode-view.ts'
import { openLocalEngine } from '../local/local-engine.ts'
import type { LocalReport } from '../local/local-report.ts'
import type { EncodeFlags } from './encode.ts'
import { explain } from './explain.ts'

/** Encodes the file, tells how far it is, and ends the process. */
export async function runEncode(file: string, flags: EncodeFlags): Promise<void> {
  const lifetime = createLifetime()
  const view = createEncodeView(process.stdout, { asJson: flags.json === true })
  try {
    view.finish(await encode(file, flags, view, lifetime.signal))
    lifetime.end(0)
  } catch (error) {
    if (lifetime.signal.aborted) view.interrupt()
    else view.fail(explain(error))
    lifetime.end(lifetime.signal.aborted ? interrupted : 1)
  }
}

async function encode(
  file: string,
  { out = besides(file), qualities = [], codec, workers, hardware, data, extras }: EncodeFlags,
  view: EncodeView,
  signal: AbortSignal,
): Promise<LocalReport> {
  using local = await openLocalEngine({ data, workers, hardware, signal, warn: view.warn })
  const encodeFile = createEncodeFile(local)
  return await encodeFile({
    file,
    out,
    qualities,
    recipe: recipeFor(codec),
    hasExtras: extras,
    signal,
    onProgress: view.progress,
    warn: view.warn,
  })
}

/** `film.mp4` becomes the folder `film-hls` beside it. */
function besides(file: string): string {
  const { dir, name } = path.parse(path.resolve(file))
  return path.join(dir, `${name}-hls`)
}
