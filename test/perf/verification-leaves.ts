import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buildLadder } from '#market/domain/ladder.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { judgeSound, namedSoundFigures } from '#node/verification/judgement.ts'
import { measureSound } from '#node/verification/sound-measures.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { requestFor } from '#test/support/clip.ts'
import { ffmpeg, untroubled as signal } from '#test/support/ffmpeg.ts'
import type { Film } from '#test/support/films.ts'
import { largeFilms, makeFilm } from '#test/support/films.ts'
import type { LeafBench, OpenLeaf } from '#test/support/measured-leaf.ts'
import { measureFile, measureVariant, openLeaf } from '#test/support/measured-leaf.ts'
import { makeSound, soundVariants } from '#test/support/sound-variants.ts'
import type { Variant } from '#test/support/variants.ts'
import { honestVariants, pictureCheats } from '#test/support/variants.ts'
import { isWithinHonest, pictureColumns } from './honest-spread.ts'
import type { Measured } from './verification-report.ts'

/** A leaf of a second that needs a lead, and has something before it. */
const leaf = 1
const leafFrames = 24

/** Both engines, of this machine's FFmpeg and of that of 2018. */
export type ThresholdBench = LeafBench & { readonly shippedEngine: EncodingEngine }

type Rung = {
  readonly request: EncodeRequest
  readonly rendition: Rendition
  readonly isLarge: boolean
}

/** Measures a film in all honest ways and all the cheats: two leaves, of the picture and, where it has its own, of the sound. */
export async function measureFilm(bench: ThresholdBench, film: Film): Promise<readonly Measured[]> {
  const file = await makeFilm(bench.tools, film, bench.folder)
  const { width, height } = await bench.engine.analyse(file, { signal })
  const rendition = renditionOf(film, { width, height })
  const request = await requestFor(bench.engine, file, {
    ladder: [rendition],
    segmentFrames: leafFrames,
    partSegments: 1,
  })
  const rung = { request, rendition, isLarge: largeFilms.includes(film) }
  return [
    ...(await measurePictures(bench, film, rung)),
    ...(film.hasOwnSound ? await measureCopied(bench, film, rung) : []),
    ...(film.hasOwnSound ? await measureSounds(bench, film, request) : []),
  ]
}

/** Hundreds of leaves are measured, so they are small; what is true of their pictures is true of larger ones. */
function renditionOf({ shortSide = 360, kbps }: Film, { width, height }: Size): Rendition {
  const scale = shortSide / Math.min(width, height)
  const [own] = buildLadder(
    2 * Math.round((width * scale) / 2),
    2 * Math.round((height * scale) / 2),
  )
  if (!own) throw new Error('a ladder has renditions')
  return kbps === undefined ? own : { ...own, kbps }
}

type Size = { readonly width: number; readonly height: number }

async function measurePictures(
  bench: ThresholdBench,
  film: Film,
  { request, rendition, isLarge }: Rung,
): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const segment of [leaf, leaf + 1]) {
    const open = await openLeaf(bench, { request, rendition, segment })
    const measure = async (variant: Variant) => ({
      ...(await measureVariant(bench, open, variant)),
      ...{ film: film.name, variant: variant.name, isHonest: variant.isHonest },
      kind: 'picture' as const,
    })
    const variants = isLarge ? honestVariants.filter(keepsSize) : honestVariants
    const honest: Measured[] = []
    for (const variant of variants) honest.push(await measure(variant))
    if (!isLarge) honest.push(...(await measureJobs(bench, film, open)))
    measured.push(...honest)
    if (segment !== leaf) continue
    for (const cheat of isLarge ? pictureCheats.filter(isAboutDetail) : pictureCheats) {
      const found = await measure(cheat)
      const columns = pictureColumns(found.footing)
      const others = honest.map(({ figures }) => figures)
      const isLikeHonest =
        found.addedError < unseenError || isWithinHonest(found.figures, others, columns)
      measured.push({ ...found, isLikeHonest })
    }
  }
  return measured
}

/** Squared levels of error in any picture that nobody sees: a peak signal to noise of 48 decibels. */
const unseenError = 1

const keepsSize = ({ scaler }: Variant): boolean => scaler === undefined
const isAboutDetail = ({ name }: Variant): boolean => /enlarged|starved|blurred/.test(name)

/** A job that was split among encoders, the other one of 2018: its parts are longer than a leaf, and begin elsewhere. */
async function measureJobs(
  bench: ThresholdBench,
  film: Film,
  open: OpenLeaf,
): Promise<readonly Measured[]> {
  const { shippedEngine } = bench
  const { terms, source } = open.request
  const measured: Measured[] = []
  for (const partSegments of [2, 3]) {
    const request = { source, terms: { ...terms, grid: { ...terms.grid, partSegments } } }
    const part = Math.floor(open.segment / partSegments)
    const directory = await mkdtemp(path.join(bench.folder, 'part-'))
    const cell = { part, renditions: [open.rendition] }
    const made = await shippedEngine.encodeCell(request, cell, { directory, signal })
    const file = made.find(({ index }) => index === open.segment)?.path
    if (file === undefined) throw new Error('a part has its segments')
    measured.push({
      ...(await measureFile(bench, open, file)),
      ...{ film: film.name, variant: `split into parts of ${partSegments}` },
      ...{ kind: 'picture', isHonest: true },
    })
  }
  return measured
}

/** A rung that is the source's own video, cut by a build of 2018. */
async function measureCopied(
  bench: ThresholdBench,
  film: Film,
  rung: Rung,
): Promise<readonly Measured[]> {
  const { tools, engine, folder, shippedEngine } = bench
  const { rendition } = rung
  const file = path.join(folder, 'copied.mp4')
  const size = `scale=${rendition.width}:${rendition.height}:out_color_matrix=bt709,format=yuv420p`
  const rate = ['-maxrate', `${rendition.kbps}k`, '-bufsize', `${rendition.kbps}k`]
  const groups = ['-g', String(leafFrames), '-sc_threshold', '0', '-profile:v', rendition.profile]
  const color = ['-colorspace', 'bt709', '-color_trc', 'bt709', '-color_primaries', 'bt709']
  const encode = [...color, '-vf', size, '-preset', 'faster', '-crf', '20', ...rate, ...groups]
  await ffmpeg(tools, '-i', rung.request.source, ...encode, '-an', file)
  const grid = { segmentFrames: leafFrames, partSegments: 1 }
  const request = await requestFor(engine, file, { ladder: [rendition], ...grid })
  const directory = await mkdtemp(path.join(folder, 'copied-'))
  const copied = { ...request, terms: { ...request.terms, copied: rendition.name } }
  const made = await shippedEngine.copyVideo(copied, { directory, signal })
  const measured: Measured[] = []
  for (const segment of [leaf, leaf + 1]) {
    const open = await openLeaf(bench, { request, rendition, segment })
    const file = made[segment]?.path
    if (file === undefined) throw new Error('a copied rung has its segments')
    measured.push({
      ...(await measureFile(bench, open, file)),
      ...{ film: film.name, variant: 'copied from the source', kind: 'picture', isHonest: true },
    })
  }
  return measured
}

async function measureSounds(
  { tools, shipped, engine, folder }: ThresholdBench,
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
        footing: 'firm',
      })
    }
  }
  return measured
}

async function joined(files: readonly string[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))))
}
