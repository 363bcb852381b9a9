import { z } from 'zod'
import type { SubtitleRecord } from '#protocol/manifest.ts'
import { confinement } from './containers.ts'
import type { Ffprobe } from './ffprobe.ts'
import type { SourceLayout } from './source-layout.ts'

/** A text track of a source, and what is said of it to people. */
export type SubtitleStream = Omit<SubtitleRecord, 'cid' | 'bytes'> & { readonly index: number }

export type SourceSubtitles = {
  readonly streams: readonly SubtitleStream[]
  /** Tracks that are pictures, or more than are taken. */
  readonly ignored: number
}

/** Kinds that are text. The others (DVD, Blu-ray, broadcast) are pictures, which no browser shows over a video. */
const textCodecs: readonly string[] = ['subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text']

const mostTracks = 32
const longestName = 60

const Text = z.string().optional().catch(undefined)
const Flag = z.int().catch(0)

const Probed = z.object({
  streams: z
    .array(
      z.object({
        index: z.int().nonnegative(),
        codec_name: z.string().catch(''),
        disposition: z.object({ default: Flag, forced: Flag }).catch({ default: 0, forced: 0 }),
        tags: z
          .object({ language: Text, title: Text })
          .catch({ language: undefined, title: undefined }),
      }),
    )
    .catch([]),
})
type ProbedSubtitle = z.infer<typeof Probed>['streams'][number]

const entries =
  'stream=index,codec_name:stream_disposition=default,forced:stream_tags=language,title'

/** Finds the text tracks of a source, each with a name of its own and at most one the default. */
export async function probeSubtitles(
  ffprobe: Ffprobe,
  { path, demuxer }: Pick<SourceLayout, 'path' | 'demuxer'>,
  signal: AbortSignal,
): Promise<SourceSubtitles> {
  const lines: string[] = []
  const args = [...confinement(path, [demuxer]), '-select_streams', 's', '-show_entries', entries]
  await ffprobe.run({
    args: [...args, '-of', 'json', path],
    signal,
    onLine: (line) => lines.push(line),
  })
  const { streams } = Probed.parse(JSON.parse(lines.join('\n')))
  return describeSubtitles(streams)
}

export function describeSubtitles(streams: readonly ProbedSubtitle[]): SourceSubtitles {
  const texts = streams
    .filter(({ codec_name }) => textCodecs.includes(codec_name))
    .slice(0, mostTracks)
  const preferred = texts.find(({ disposition }) => disposition.default === 1)
  const taken = new Set<string>()
  return {
    streams: texts.map((stream, place) => {
      const language = canonicalLanguage(stream.tags.language)
      const name = unused(
        cleanName(stream.tags.title) ?? languageName(language) ?? `Subtitles ${place + 1}`,
        taken,
      )
      taken.add(name)
      return {
        index: stream.index,
        ...(language === null ? {} : { language }),
        name,
        isDefault: stream === preferred,
        isForced: stream.disposition.forced === 1,
      }
    }),
    ignored: streams.length - texts.length,
  }
}

/** `eng` becomes `en`, as players want it; what is no language becomes nothing. */
function canonicalLanguage(tag: string | undefined): string | null {
  if (tag === undefined || tag === 'und') return null
  try {
    return Intl.getCanonicalLocales(tag.replace('_', '-'))[0]?.slice(0, 35) ?? null
  } catch {
    return null
  }
}

function languageName(language: string | null): string | null {
  if (language === null) return null
  return (
    new Intl.DisplayNames(['en'], { type: 'language' }).of(language)?.slice(0, longestName) ?? null
  )
}

/** A title stands in a quoted attribute of a playlist: whatever could end it is left out. */
function cleanName(title: string | undefined): string | null {
  const name = (title ?? '')
    .replace(/["\p{Cc}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return name === '' ? null : [...name].slice(0, longestName / 2).join('')
}

function unused(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let number = 2; ; number += 1) {
    const candidate = `${name.slice(0, longestName - 5)} ${number}`
    if (!taken.has(candidate)) return candidate
  }
}
