import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createEncodeFile } from '#node/local/encode-file.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { openBrowser, serveFolder } from '#test/support/browser.ts'
import { ffmpeg, makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { openLocal } from '#test/support/local-encode.ts'

type Cue = { readonly start: number; readonly end: number; readonly text: string }

/** Loads a tree and resolves to the cues of its default subtitles, as the page has them. */
const readCues = `
  const video = document.querySelector('video')
  window.cues = new Promise((resolve, reject) => {
    const hls = new Hls()
    hls.on(Hls.Events.ERROR, (_, { details, fatal }) => fatal && reject(new Error(details)))
    hls.on(Hls.Events.SUBTITLE_FRAG_PROCESSED, () => {
      const [track] = video.textTracks
      resolve([...track.cues].map(({ startTime, endTime, text }) => ({ start: startTime, end: endTime, text })))
    })
    hls.loadSource('/master.m3u8')
    hls.attachMedia(video)
    video.play()
  })
`

test('hls.js shows the text at the times that the source has it', async () => {
  const local = await openLocal()
  const folder = await makeFolder()
  const clip = path.join(folder, 'clip.mkv')
  await writeFile(path.join(folder, 'text.srt'), '1\n00:00:01,000 --> 00:00:02,500\nHello\n')
  await ffmpeg(
    local.tools,
    ...['-f', 'lavfi', '-i', 'testsrc2=size=192x108:rate=12:duration=6'],
    ...['-i', path.join(folder, 'text.srt'), '-map', '0:v', '-map', '1:s', '-c:s', 'subrip'],
    ...['-metadata:s:s:0', 'language=eng', '-disposition:s:0', 'default', clip],
  )
  const tree = await createEncodeFile(local)({
    file: clip,
    out: path.join(folder, 'out'),
    qualities: [],
    recipe: contractRecipe,
    hasExtras: true,
    signal: untroubled,
    onProgress: () => undefined,
  })
  const script = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js')
  await using site = await serveFolder(tree.folder, {
    '/': '<link rel="icon" href="data:,"><video muted></video><script src="/hls.js"></script>',
    '/hls.js': await readFile(script, 'utf8'),
    '/read.js': readCues,
  })
  const browser = await openBrowser()
  try {
    const tab = await browser.newPage()
    await tab.goto(site.address)
    await tab.addScriptTag({ url: '/read.js' })
    const [cue, ...others] = await tab.evaluate<readonly Cue[]>('window.cues')
    expect(others).toEqual([])
    expect(cue?.text).toBe('Hello')
    expect(cue?.start).toBeCloseTo(1, 1)
    expect(cue?.end).toBeCloseTo(2.5, 1)
  } finally {
    await browser.close()
  }
})
