import type { Ffprobe } from './ffprobe.ts'

/** A codec's line in FFmpeg's list, `D` first where there is a decoder; names of decoders may follow in brackets. */
const codecLine = /^ ([D.])[E.][VASDT.][I.][L.][S.] (\w\S*) +(.*)$/

/** Names of the codecs that a build can decode, as ffprobe calls them, and of its decoders where a codec has several. */
export async function listDecoders(
  ffprobe: Ffprobe,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const onLine = (line: string): void => {
    const [, decodes, codec, description = ''] = codecLine.exec(line) ?? []
    if (decodes !== 'D' || codec === undefined) return
    const [, decoders = ''] = /\(decoders: ([^)]*)\)/.exec(description) ?? []
    for (const name of [codec, ...decoders.split(' ')]) if (name !== '') names.add(name)
  }
  await ffprobe.run({ args: ['-hide_banner', '-codecs'], signal, onLine })
  return names
}
