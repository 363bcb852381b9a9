import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { serveFolder } from './browser.ts'
import { makeFolder } from './ffmpeg.ts'

/** What a player has to tell when the video is over, or stood still for longer than it may. */
export type Report = {
  readonly seconds: number
  readonly duration: number
  /** Pictures that were decoded. */
  readonly pictures: number
  readonly errors: readonly string[]
  /** Where the player left what it was playing. */
  readonly jumps: readonly number[]
  /** The rendition of each fragment of video in turn, by its place in the master playlist. */
  readonly levels: readonly number[]
  /** Seconds of what is buffered in the end, stretch by stretch. */
  readonly buffered: readonly (readonly [from: number, to: number])[]
  /** The most stretches that were buffered at a time: two have a hole between them. */
  readonly stretches: number
  /** Pictures that were seen, each by the number that its time asks for and the one that is drawn into it. */
  readonly seen: readonly (readonly [wanted: number, shown: number])[]
}

export type Play = {
  /** Address of the master playlist: absolute, or in the folder that is served. */
  readonly master?: string
  /** A tree's folder, where the playlist is in one. */
  readonly folder?: string
  /** Run in the page before it loads, with `hls`, `video` and `Hls` in reach. */
  readonly arrange?: string
  /** Begins only when all of it is buffered: then no machine is too slow to bring what comes next. */
  readonly isBufferedFirst?: true
  /** Milliseconds after which it tells what there is, ended or not. */
  readonly patienceMs: number
  /** Pictures a second, where they are numbered by {@link numbered}. */
  readonly rate?: number
}

const digits = 10

/**
 * A filter that draws each picture's number into its upper quarter, as digits of black and white that survive any encoder and any
 * size: whoever sees a picture knows which one it is.
 */
export const numbered: string = [
  'drawbox=w=iw:h=ih/4:c=black:t=fill',
  ...Array.from(
    { length: digits },
    (_, digit) =>
      `drawbox=x=iw*${digit}/${digits}:w=iw/${digits}:h=ih/4:c=white:t=fill:enable='mod(floor(n/${2 ** digit}),2)'`,
  ),
].join(',')

/**
 * From each fragment of so many seconds to the next the next rendition. Nothing is loaded before the next rendition is named: hls.js
 * would go on with the last one, or break off a load and report that as an error of its own.
 */
export const switchEveryFragment = (seconds: number): string => `
  const buffer = (most) => { hls.config.maxBufferLength = hls.config.maxMaxBufferLength = most }
  hls.on(Hls.Events.FRAG_LOADING, (_, { frag }) => {
    if (frag.type === 'main') buffer(0)
  })
  hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
    if (frag.type !== 'main') return
    const { live, endSN } = hls.levels[frag.level].details
    const isLast = !live && frag.sn === endSN
    if (!isLast) hls.loadLevel = (frag.level + 1) % hls.levels.length
    buffer(isBufferedFirst || isLast ? 1_000 : ${(3 * seconds) / 4})
  })
`

/** A page in which a video plays. */
export type Playing = AsyncDisposable & {
  /** Resolves when the video is over. */
  report(): Promise<Report>
  /** Where it is, in seconds. */
  time(): Promise<number>
  pause(): Promise<void>
  resume(): Promise<void>
}

/** A page with a video and hls.js in which a script runs, over the files of a folder. */
export async function openPage(
  browser: Browser,
  folder: string,
  text: string,
): Promise<Pick<Page, 'evaluate'> & AsyncDisposable> {
  const script = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js')
  await using starting = new AsyncDisposableStack()
  const site = starting.use(
    await serveFolder(folder, {
      '/': '<link rel="icon" href="data:,"><video muted></video><script src="/hls.js"></script>',
      '/hls.js': await readFile(script, 'utf8'),
      '/play.js': text,
    }),
  )
  const tab = starting.adopt(await browser.newPage(), (page) => page.close())
  await tab.goto(site.address)
  await tab.addScriptTag({ url: '/play.js' })
  const stack = starting.move()
  return {
    evaluate: tab.evaluate.bind(tab),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Begins to play a tree by hls.js, in a page of its own. */
export async function startPlaying(browser: Browser, play: Play): Promise<Playing> {
  const page = await openPage(browser, play.folder ?? (await makeFolder()), pageScript(play))
  return {
    report: () => page.evaluate<Report>('window.report'),
    time: () => page.evaluate<number>('document.querySelector("video").currentTime'),
    pause: () => page.evaluate('document.querySelector("video").pause()'),
    resume: () => page.evaluate('document.querySelector("video").play()'),
    [Symbol.asyncDispose]: () => page[Symbol.asyncDispose](),
  }
}

/** Plays a tree to its end. */
export async function play(browser: Browser, options: Play): Promise<Report> {
  await using playing = await startPlaying(browser, options)
  return await playing.report()
}

function pageScript(play: Play): string {
  const { arrange = '', master = '/master.m3u8', isBufferedFirst = false, patienceMs, rate } = play
  return `
    const isBufferedFirst = ${isBufferedFirst}
    const video = document.querySelector('video')
    const errors = [], jumps = [], levels = [], seen = []
    let stretches = 0
    video.addEventListener('seeking', () => jumps.push(video.currentTime))
    const hls = new Hls()
    const over = Promise.withResolvers()
    window.report = over.promise
    const tell = () => {
      const { totalVideoFrames: pictures } = video.getVideoPlaybackQuality()
      const { currentTime: seconds, duration, buffered: ranges } = video
      const buffered = Array.from({ length: ranges.length }, (_, at) => [ranges.start(at), ranges.end(at)])
      over.resolve({ seconds, duration, pictures, errors, jumps, levels, buffered, stretches, seen })
    }
    video.addEventListener('ended', tell)
    setTimeout(tell, ${patienceMs})
    hls.on(Hls.Events.ERROR, (_, { details, error, fatal }) => {
      errors.push(details + ': ' + error?.message)
      if (fatal) tell()
    })
    hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
      if (frag.type === 'main') levels[frag.sn] = frag.level
      stretches = Math.max(stretches, video.buffered.length)
    })
    ${rate === undefined ? '' : readingNumbers(rate)}
    ${arrange}
    hls.loadSource('${master}')
    hls.attachMedia(video)
    if (isBufferedFirst) hls.on(Hls.Events.BUFFERED_TO_END, () => video.play())
    else video.play()
  `
}

/** Each picture that comes to be seen is taken together with its time, and read. */
function readingNumbers(rate: number): string {
  const side = 8
  return `
    const canvas = new OffscreenCanvas(${digits * side}, ${4 * side})
    const drawn = canvas.getContext('2d', { willReadFrequently: true })
    const look = () => {
      const picture = new VideoFrame(video)
      drawn.drawImage(picture, 0, 0, canvas.width, canvas.height)
      const wanted = Math.round((picture.timestamp / 1e6) * ${rate})
      picture.close()
      const { data } = drawn.getImageData(0, ${side / 2}, canvas.width, 1)
      let shown = 0
      for (let digit = 0; digit < ${digits}; digit += 1)
        if (data[4 * (digit * ${side} + ${side / 2})] > 127) shown += 2 ** digit
      seen.push([wanted, shown])
      video.requestVideoFrameCallback(look)
    }
    video.requestVideoFrameCallback(look)
  `
}
