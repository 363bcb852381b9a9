import { copyFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildLadder } from '#market/domain/ladder.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import {
  judgePicture,
  judgeSound,
  namedPictureFigures,
  namedSoundFigures,
} from '#node/verification/judgement.ts'
import { measurePictures } from '#node/verification/picture-measures.ts'
import { measureSound } from '#node/verification/sound-measures.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { requestFor } from '#test/support/clip.ts'
import {
  makeFolder,
  openShippedTools,
  searchPath,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import type { Film } from '#test/support/films.ts'
import { films, makeFilm } from '#test/support/films.ts'
import { makeSound, soundVariants } from '#test/support/sound-variants.ts'
import { honestVariants, makeVariant, pictureCheats } from '#test/support/variants.ts'
import { verificationCost } from './verification-cost.ts'
import type { Measured } from './verification-report.ts'
import { costSection, sectionOf } from './verification-report.ts'

/**
 * Where the thresholds come from: many honest ways of encoding and all the cheats, over unlike films, each leaf measured
 * as a verifier of another class measures it. Prints false alarms and misses, and keeps the distribution in RESULTS.md.
 *
 *   npm run bench:verify -- [--films film,grain] [--keep] [--without-cost]
 */
const { values } = parseArgs({
  options: {
    films: { type: 'string' },
    keep: { type: 'boolean', default: false },
    'without-cost': { type: 'boolean', default: false },
  },
})

type Bench = {
  readonly tools: FfmpegTools
  readonly shipped: FfmpegTools
  readonly engine: EncodingEngine
  readonly folder: string
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** A leaf of a second that needs a lead, and has something before it. */
const leaf = 1
const leafFrames = 24

/** Small enough to measure hundreds of leaves: what is true of its pictures is true of larger ones. */
const shortSide = 360

async function main(): Promise<void> {
  const folder = await makeFolder()
  const tools = await openFfmpegTools({ directory: folder, searchPath, signal, niceness: 0 })
  const shipped = await openShippedTools()
  const engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  const bench: Bench = { tools, shipped, engine, folder }
  const wanted = values.films?.split(',')
  if (!values['without-cost']) {
    const cost = costSection(await verificationCost(bench))
    say(cost)
    if (values.keep) await keepSection('verification cost', cost)
  }
  const build = `FFmpeg ${tools.binaries.version}, x264 ${tools.binaries.x264}`
  const measured: Measured[] = []
  for (const film of films) {
    if (wanted && !wanted.includes(film.name)) continue
    const found = await measureFilm(bench, film)
    measured.push(...found)
    say(`${film.name}: ${summary(found)}`)
    if (values.keep) await keepSection('verification', sectionOf(measured, build))
  }
  say(sectionOf(measured, build))
}

function summary(measured: readonly Measured[]): string {
  const wrong = measured.filter(({ isHonest, faults }) => isHonest !== (faults.length === 0))
  const names = wrong.map(
    ({ variant, isHonest, faults }) =>
      `${isHonest ? 'ALARM' : 'missed'} ${variant} ${faults.map(({ code, evidence }) => `${code} ${evidence?.figure} ${evidence?.measured}`).join(', ')}`,
  )
  return [`${measured.length} leaves`, ...names].join('\n    ')
}

async function measureFilm(bench: Bench, film: Film): Promise<readonly Measured[]> {
  const file = await makeFilm(bench.tools, film, bench.folder)
  const { width, height } = await bench.engine.analyse(file, { signal })
  const rendition = smallRendition(width, height)
  const request = await requestFor(bench.engine, file, {
    ladder: [rendition],
    segmentFrames: leafFrames,
    partSegments: 1,
  })
  return [
    ...(await measureVariants(bench, film, request, rendition)),
    ...(film.hasOwnSound ? await measureSounds(bench, film, request) : []),
  ]
}

function smallRendition(width: number, height: number): Rendition {
  const scale = shortSide / Math.min(width, height)
  const [own] = buildLadder(
    2 * Math.round((width * scale) / 2),
    2 * Math.round((height * scale) / 2),
  )
  if (!own) throw new Error('a ladder has renditions')
  return own
}

async function measureVariants(
  { tools, shipped, engine, folder }: Bench,
  film: Film,
  request: EncodeRequest,
  rendition: Rendition,
): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  const readLayout = createLayoutReader(tools)
  const layout = await readLayout(request, signal)
  const references = new Map<number, string>()
  for (const segment of [leaf, leaf + 1]) {
    const directory = await mkdtemp(path.join(folder, 'reference-'))
    const [own] = await engine.encodeCell(
      request,
      { part: segment, renditions: [rendition] },
      { directory, signal },
    )
    references.set(segment, own?.path ?? '')
  }
  for (const variant of [...honestVariants, ...pictureCheats])
    for (const [segment, own] of references) {
      if (segment !== leaf && !variant.isHonest) continue
      const directory = await mkdtemp(path.join(folder, 'leaf-'))
      const delivered = path.join(directory, 'delivered.ts')
      await copyFile(own, path.join(directory, 'reference.ts'))
      const maker = variant.isShipped ? shipped : tools
      await makeVariant(maker, { request, rendition, segment, variant, file: delivered })
      const { grid } = request.terms
      const figures = await measurePictures(
        tools,
        {
          layout,
          grid,
          rendition,
          segment,
          delivered: 'delivered.ts',
          reference: 'reference.ts',
          leadSeconds: grid.leadSeconds,
          shifts: variant.isHonest ? [] : [-1, 1],
        },
        { directory, signal },
      )
      if (!figures) throw new Error(`${variant.name} of ${film.name} does not decode`)
      const bytesRatio = (await stat(delivered)).size / (await stat(own)).size
      measured.push({
        film: film.name,
        variant: variant.name,
        kind: 'picture',
        isHonest: variant.isHonest,
        figures: namedPictureFigures(figures, bytesRatio),
        faults: judgePicture(figures, bytesRatio, { rendition: rendition.name, segment }),
      })
    }
  return measured
}

async function measureSounds(
  { tools, shipped, engine, folder }: Bench,
  film: Film,
  request: EncodeRequest,
): Promise<readonly Measured[]> {
  const { grid } = request.terms
  const directory = await mkdtemp(path.join(folder, 'sound-'))
  const own = (await engine.encodeAudio(request, { directory, signal })).map(
    (segment) => segment.path,
  )
  const measured: Measured[] = []
  for (const variant of soundVariants) {
    const made = await makeSound(variant.isShipped ? shipped : tools, request, variant)
    for (const segment of [0, leaf + 1]) {
      const files = [Math.max(0, segment - 1), segment + 2] as const
      await writeFile(path.join(directory, 'delivered.ts'), await joined(made.slice(...files)))
      await writeFile(path.join(directory, 'reference.ts'), await joined(own.slice(...files)))
      const comparison = { grid, segment, delivered: 'delivered.ts', reference: 'reference.ts' }
      const figures = await measureSound(tools, comparison, { directory, signal })
      measured.push({
        film: film.name,
        variant: variant.name,
        kind: 'sound',
        isHonest: variant.isHonest,
        figures: namedSoundFigures(figures),
        faults: judgeSound(figures, { rendition: 'audio', segment }),
      })
    }
  }
  return measured
}

async function joined(files: readonly string[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))))
}

const results = fileURLToPath(new URL('RESULTS.md', import.meta.url))
/** Puts a section in the place of the one before. */
async function keepSection(name: string, section: string): Promise<void> {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const text = await readFile(results, 'utf8').catch(() => '# Measured\n')
  const [before = '', rest = ''] = text.split(begin)
  const after = rest.split(end)[1] ?? '\n'
  await writeFile(results, `${before.trimEnd()}\n\n${begin}\n${section}\n${end}${after}`)
}

await main()
