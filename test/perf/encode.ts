import { globSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildLadder } from '#market/domain/ladder.ts'
import { frameGrid } from '#market/domain/offer-terms.ts'
import type {
  EncodedSegment,
  EncodeRequest,
  EncodingEngine,
} from '#market/ports/encoding-engine.ts'
import { chooseCopy } from '#market/services/creator/choose-copy.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import type { EncodeFileDeps } from '#node/local/encode-file.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeSegments, encodeTree, filmClip } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, searchPath, untroubled } from '#test/support/ffmpeg.ts'
import { localDeps } from '#test/support/local-encode.ts'
import type { Usage } from './process-meter.ts'
import { metered } from './process-meter.ts'
import type { ReferenceEncode } from './reference-encodes.ts'
import { encodeAtOnce, encodeOneByOne, referencePlaylist } from './reference-encodes.ts'

/**
 * Our whole encode of one 1080p clip (a look through it, parts, sound, ids and tree) beside the same ladder by bare FFmpeg, in pairs that take
 * turns. Prints the ratios ours / theirs and their medians: wall, processor time, bytes, SSIM, peak memory.
 *
 *   npm run bench:encode -- [--pairs 3] [--input FILE] [--against once|one-by-one|resume|encode]
 *
 * `resume` holds an encode that was stopped half-way and went on against one that was not; `encode` one whose largest rung is
 * copied against the same without the copy. SSIM is taken in the first pair: it is the same in every other, as bytes are.
 * The other two also print what is left of an encode by the command, extras included, when its last part is finished.
 */
const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    input: { type: 'string' },
    against: { type: 'string', default: 'once' },
  },
})

const against = ['once', 'one-by-one', 'resume', 'encode'] as const
const isEncoded = values.against === 'resume' || values.against === 'encode'

type Measured = Usage & { readonly bytes: number; readonly ssim: readonly number[] }

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function main(): Promise<void> {
  const folder = await makeFolder()
  const tools = await openFfmpegTools({
    directory: folder,
    searchPath,
    signal: untroubled,
    niceness: 0,
  })
  const engine = await createEncodingEngine({ tools }, { directory: folder, signal: untroubled })
  const source = values.input ?? (await makeClip(tools, path.join(folder, 'clip.mp4')))
  if (!against.some((name) => name === values.against))
    throw new Error(`--against takes ${against.join(', ')}`)
  const encoded = await productionRequest(engine, source)
  const request = values.against === 'encode' ? await copying(engine, encoded) : encoded
  const { grid, ladder } = request.terms
  say(`FFmpeg ${tools.binaries.version}, x264 ${tools.binaries.x264}, ${engine.workers} workers`)
  say(
    `${grid.frames} frames, ${ladder.map(({ name }) => name).join(' ')}, against: ${values.against}`,
  )
  const ratios: number[][] = []
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    const measure = [
      () => ours(tools, engine, request),
      () => theirs(tools, engine, encoded),
    ] as const
    // Taking turns at going first: a machine that gets warmer favours neither.
    const order = pair % 2 === 0 ? [0, 1] : [1, 0]
    const results: Measured[] = []
    for (const index of order) results[index] = await measure[index as 0 | 1]()
    const [own, reference] = results
    if (!own || !reference) throw new Error('both were measured')
    say(`  ours   ${describe(own)}`)
    say(`  theirs ${describe(reference)}`)
    ratios.push([
      own.wall / reference.wall,
      own.cpu / reference.cpu,
      own.bytes / reference.bytes,
      mean(own.ssim) / mean(reference.ssim),
      own.peakBytes / reference.peakBytes,
    ])
    say(`  ratio  ${describeRatio(ratios.at(-1) ?? [])}`)
  }
  const medians = [0, 1, 2, 3, 4].map((column) => median(ratios.map((row) => row[column] ?? 0)))
  say(`median   ${describeRatio(medians)}`)
  if (!isEncoded) say(await describeTail(localDeps(tools, engine, folder), source))
  await rm(folder, { recursive: true, force: true })
}

/** How much of an encode, as the command makes it with all extras, is left when its last part is finished. */
async function describeTail(deps: EncodeFileDeps, file: string): Promise<string> {
  const out = path.join(await makeFolder(), 'out')
  const { seconds, folder } = await createEncodeFile(deps)({
    ...{ file, out, qualities: [], recipe: contractRecipe, hasExtras: true, signal: untroubled },
    onProgress: () => undefined,
  })
  await rm(folder, { recursive: true, force: true })
  const share = (100 * seconds.finish) / (seconds.encode + seconds.finish)
  return `tail     ${seconds.finish.toFixed(2)} s after ${seconds.encode.toFixed(1)} s of encoding: ${share.toFixed(2)} %`
}

/**
 * 80 seconds, five parts, as a telephone would film it: film where it is at hand, enlarged to 1080p with fresh grain; else the
 * clip that the market makes.
 */
async function makeClip(tools: FfmpegTools, file: string): Promise<string> {
  const film = await filmClip()
  if (film === null) {
    await makeSampleClip(tools, file, { signal: untroubled, seconds: 80 })
    return file
  }
  const enlarged = [
    '-vf',
    'scale=1920:1080:flags=lanczos,noise=alls=4:allf=t,setsar=1',
    '-c:v',
    'libx264',
  ]
  await ffmpeg(
    tools,
    ...['-stream_loop', '2', '-i', film, '-t', '80', ...enlarged],
    ...['-preset', 'veryfast', '-g', '60'],
    ...[...rateOf(), '-c:a', 'aac', '-b:a', '128k', file],
  )
  return file
}

/** Better than any rung, so that nothing is lost before the encode; or just what a rung may be, where it is copied. */
function rateOf(): readonly string[] {
  if (values.against !== 'encode') return ['-b:v', '17M', '-maxrate', '24M', '-bufsize', '34M']
  return ['-profile:v', 'high', '-b:v', '3500k', '-maxrate', '4500k', '-bufsize', '4500k']
}

async function copying(engine: EncodingEngine, request: EncodeRequest): Promise<EncodeRequest> {
  const profile = await engine.analyse(request.source, { signal: untroubled })
  const { terms, obstacle } = await chooseCopy(engine, profile, request, untroubled)
  if (obstacle !== null)
    throw new Error(`the clip of this bench can be copied, but for ${obstacle}`)
  return { ...request, terms: { ...request.terms, ...terms } }
}

async function productionRequest(engine: EncodingEngine, file: string): Promise<EncodeRequest> {
  const profile = await engine.analyse(file, { signal: untroubled })
  const { bytes, width, height, codec, videoStream, audioStream } = profile
  const source = {
    ...{ cid: await fileCid(file), bytes, width, height, codec, videoStream },
    ...(audioStream === null ? {} : { audioStream }),
  }
  const grid = frameGrid(profile.rate, profile.frames, profile.longestGopSeconds)
  return {
    source: file,
    terms: { source, grid, ladder: buildLadder(width, height, profile), recipe: 'h264-ts-4' },
  }
}

async function ours(
  tools: FfmpegTools,
  engine: EncodingEngine,
  request: EncodeRequest,
): Promise<Measured> {
  if (values.against === 'resume') return await resumed(tools, engine, request)
  const { usage, result } = await metered(() => wholeEncode(engine, request))
  return await judge('ours', tools, request, usage, result)
}

/** As a node does it from a file: looked through, hashed, and encoded. */
async function wholeEncode(engine: EncodingEngine, request: EncodeRequest): Promise<Tree> {
  await productionRequest(engine, request.source)
  return await encodeTree(engine, request)
}

/** What came of an encode that was stopped half-way and begun again, with the work of both. */
async function resumed(
  tools: FfmpegTools,
  engine: EncodingEngine,
  request: EncodeRequest,
): Promise<Measured> {
  const { usage, result } = await metered(async () => {
    await productionRequest(engine, request.source)
    const kept = await encodeHalf(engine, request)
    await productionRequest(engine, request.source)
    return await encodeTree(engine, request, kept)
  })
  return await judge('ours', tools, request, usage, result)
}

async function encodeHalf(
  engine: EncodingEngine,
  request: EncodeRequest,
): Promise<readonly EncodedSegment[]> {
  const stop = new AbortController()
  const kept: EncodedSegment[] = []
  await encodeSegments(engine, request, [], {
    signal: stop.signal,
    onKept: (segments) => kept.push(...segments),
    onPercent: (percent) => {
      if (percent >= 50) stop.abort()
    },
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  return kept
}

async function theirs(
  tools: FfmpegTools,
  engine: EncodingEngine,
  request: EncodeRequest,
): Promise<Measured> {
  if (isEncoded) {
    const { usage, result } = await metered(() => wholeEncode(engine, request))
    return await judge('theirs', tools, request, usage, result)
  }
  const folder = await makeFolder()
  const { grid, ladder } = request.terms
  const reference: ReferenceEncode = {
    ...{ ffmpeg: tools.binaries.ffmpeg, source: request.source, grid, ladder, folder },
  }
  const encode = values.against === 'one-by-one' ? encodeOneByOne : encodeAtOnce
  const { usage } = await metered(() => encode(reference))
  const bytes = await bytesBelow(folder)
  const ssim = await ladderSsim('theirs', tools, request, (rendition) =>
    referencePlaylist(folder, rendition),
  )
  await rm(folder, { recursive: true, force: true })
  return { ...usage, bytes, ssim }
}

async function judge(
  side: 'ours' | 'theirs',
  tools: FfmpegTools,
  request: EncodeRequest,
  usage: Usage,
  tree: Tree,
): Promise<Measured> {
  const bytes = await bytesBelow(tree.folder)
  const ssim = await ladderSsim(side, tools, request, ({ name }) => tree.playlistOf(name))
  await rm(tree.folder, { recursive: true, force: true })
  return { ...usage, bytes, ssim }
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  for (const file of globSync(`${folder}/**/*.ts`)) bytes += (await stat(file)).size
  return bytes
}

const ssims = new Map<string, readonly number[]>()

async function ladderSsim(
  side: 'ours' | 'theirs',
  tools: FfmpegTools,
  request: EncodeRequest,
  playlistOf: (rendition: Rendition) => string,
): Promise<readonly number[]> {
  const known = ssims.get(side)
  if (known) return known
  const measured: number[] = []
  for (const rendition of request.terms.ladder)
    measured.push(await ssimOf(tools, request, rendition, playlistOf(rendition)))
  ssims.set(side, measured)
  return measured
}

/** Mean SSIM of a rendition's luma against the source at its size. */
async function ssimOf(
  tools: FfmpegTools,
  { source }: EncodeRequest,
  { width, height }: { readonly width: number; readonly height: number },
  playlist: string,
): Promise<number> {
  const numbered = 'settb=1/25,setpts=N'
  const graph = `[0:v]${numbered}[a];[1:v]scale=${width}:${height}:flags=bicubic,format=yuv420p,${numbered}[b];[a][b]ssim`
  const args = ['-v', 'info', '-i', playlist, '-i', source, '-lavfi', graph, '-f', 'null', '-']
  const [, value] = / Y:([\d.]+)/.exec(await ffmpeg(tools, ...args)) ?? []
  if (value === undefined) throw new Error('ffmpeg prints the SSIM')
  return Number(value)
}

function describe({ wall, cpu, bytes, ssim, peakBytes }: Measured): string {
  const megabytes = (count: number): string => `${(count / 2 ** 20).toFixed(1)} MiB`
  return `wall ${wall.toFixed(1)} s, CPU ${cpu.toFixed(1)} s, ${megabytes(bytes)}, SSIM ${ssim.map((value) => value.toFixed(4)).join(' ')}, memory ${megabytes(peakBytes)}`
}

function describeRatio([
  wall = 0,
  cpu = 0,
  bytes = 0,
  ssim = 0,
  memory = 0,
]: readonly number[]): string {
  return `wall ${wall.toFixed(3)}, CPU ${cpu.toFixed(3)}, bytes ${bytes.toFixed(3)}, SSIM ${ssim.toFixed(4)}, memory ${memory.toFixed(2)}`
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

await main()
