import { createWriteStream } from 'node:fs'
import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourceProfile } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { MeasuredSource } from '#node/encoding/source-analysis.ts'
import { openAnalysis } from '#test/support/analysis.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

const limits = { seconds: 3600, pixels: 8192 * 4608 }

let tools: FfmpegTools
let folder: string

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
})

const measure = async (file: string, given = limits): Promise<MeasuredSource> =>
  await (await openAnalysis(tools, given))(file, untroubled)

const analyse = async (file: string, given = limits): Promise<SourceProfile> =>
  (await measure(file, given)).profile

/** Makes a file in the folder, with FFmpeg's arguments for it. */
async function make(name: string, ...args: readonly string[]): Promise<string> {
  const file = path.join(folder, name)
  await ffmpeg(tools, ...args, file)
  return file
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, content)
  return file
}

const picture = (rate: string, seconds: number, size = '160x90'): readonly string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`],
]
const tone = (seconds: number): readonly string[] => [
  ...['-f', 'lavfi', '-i', `sine=duration=${seconds}`],
]
const x264 = ['-c:v', 'libx264', '-preset', 'veryfast'] as const

describe('a file that can be encoded', () => {
  test.each([
    ['24/1', 24, 1],
    ['24000/1001', 24_000, 1001],
    ['25/1', 25, 1],
    ['30/1', 30, 1],
    ['30000/1001', 30_000, 1001],
    ['60/1', 60, 1],
    ['25/2', 25, 2],
  ])('has its exact rate and every frame at %s', async (rate, numerator, denominator) => {
    const file = await make(
      `cfr-${numerator}-${denominator}.mp4`,
      ...picture(rate, 2),
      ...tone(2),
      ...x264,
    )
    const profile = await analyse(file)
    expect(profile).toMatchObject({
      width: 160,
      height: 90,
      codec: 'h264',
      videoStream: 0,
      audioStream: 1,
      rate: { numerator, denominator },
      frames: Math.ceil((2 * numerator) / denominator),
      bytes: (await stat(file)).size,
    })
  })

  test('has a steady rate and its full length where pictures were dropped', async () => {
    const drop = 'select=not(eq(mod(n\\,7)\\,3))*not(between(n\\,60\\,75))'
    const args = [...picture('30', 4), '-vf', drop, '-vsync', 'vfr', ...x264]
    const profile = await analyse(await make('vfr.mp4', ...args))
    expect(profile).toMatchObject({ rate: { numerator: 30, denominator: 1 }, frames: 120 })
  })

  test('counts from its own first picture where the file starts late', async () => {
    const args = [...picture('25', 4), ...tone(4), ...x264, '-output_ts_offset', '1.4']
    const profile = await analyse(await make('offset.ts', ...args))
    expect(profile).toMatchObject({ rate: { numerator: 25, denominator: 1 }, frames: 100 })
  })

  test.each([
    ['longer', 2, 5],
    ['shorter', 5, 2],
  ])('is as long as its pictures where the sound is %s', async (name, seconds, soundSeconds) => {
    const file = await make(
      `${name}.mp4`,
      ...picture('24', seconds),
      ...tone(soundSeconds),
      ...x264,
    )
    expect((await analyse(file)).frames).toBe(24 * seconds)
  })

  test('is measured where its container says no length', async () => {
    const live = [
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-f',
      'webm',
      '-live',
      '1',
    ]
    const profile = await analyse(await make('live.webm', ...picture('30', 3), ...live))
    expect(profile).toMatchObject({ rate: { numerator: 30, denominator: 1 }, frames: 90 })
  })

  test('has the size that a viewer sees: pixels made square, rotation applied', async () => {
    const wide = await make(
      'wide.mp4',
      ...picture('25', 1, '160x144'),
      '-vf',
      'setsar=16/15',
      ...x264,
    )
    expect(await analyse(wide)).toMatchObject({ width: 171, height: 144 })
    const turned = ['-i', wide, '-c', 'copy', '-metadata:s:v', 'rotate=90']
    expect(await analyse(await make('turned.mp4', ...turned))).toMatchObject({
      width: 144,
      height: 171,
    })
  })

  test('is not mistaken for its cover, and brings its default sound', async () => {
    const cover = await make('cover.png', ...picture('1', 1), '-frames:v', '1')
    const video = await make(
      'sounds.mkv',
      ...picture('25', 1),
      ...tone(1),
      ...tone(1),
      ...x264,
      '-map',
      '0',
      '-map',
      '1',
      '-map',
      '2',
      '-disposition:a:0',
      '0',
      '-disposition:a:1',
      'default',
    )
    const maps = ['-map', '1', '-map', '0', '-c', 'copy', '-disposition:v:0', 'attached_pic']
    const file = await make('covered.mp4', '-i', video, '-i', cover, ...maps)
    expect(await analyse(file)).toMatchObject({ codec: 'h264', videoStream: 0, audioStream: 2 })
  })

  test('tells its longest group of pictures', async () => {
    const file = await make(
      'gop.mp4',
      ...picture('25', 5),
      ...x264,
      '-g',
      '75',
      '-sc_threshold',
      '0',
    )
    expect((await analyse(file)).longestGopSeconds).toBe(3)
  })

  test('may consist of a single picture', async () => {
    const file = await make('one.mp4', ...picture('25', 1), ...x264, '-frames:v', '1')
    expect((await analyse(file)).frames).toBe(1)
  })
})

describe('a file that cannot be encoded is refused:', () => {
  test('one that is not there', async () => {
    await expect(analyse(path.join(folder, 'nothing'))).rejects.toMatchObject({
      code: 'input-missing',
    })
  })

  test('a folder', async () => {
    await expect(analyse(folder)).rejects.toMatchObject({ code: 'input-missing' })
  })

  test('an empty one', async () => {
    await expect(analyse(await write('empty.mp4', ''))).rejects.toMatchObject({
      code: 'input-empty',
    })
  })

  test('text, a web page or noise under a video’s name', async () => {
    const page = '<!doctype html><title>404</title>'.repeat(50)
    const noise = Buffer.alloc(50_000, 'qwertz')
    for (const content of ['just words\n'.repeat(999), page, noise])
      await expect(analyse(await write('fake.mp4', content))).rejects.toMatchObject({
        code: 'input-unreadable',
      })
  })

  test('a still image', async () => {
    const file = await make('still.png', ...picture('1', 1), '-frames:v', '1')
    await expect(analyse(file)).rejects.toMatchObject({ code: 'input-unreadable' })
  })

  test('one whose index never was written', async () => {
    const file = await make('whole.mp4', ...picture('25', 2), ...x264)
    const bytes = await readFile(file)
    const cut = await write('no-moov.mp4', bytes.subarray(0, bytes.indexOf('moov') - 4))
    await expect(analyse(cut)).rejects.toMatchObject({
      code: 'input-unreadable',
      message: expect.stringContaining('index'),
    })
  })

  test('sound alone, with or without a cover', async () => {
    const sound = await make('sound.mp3', ...tone(1))
    const cover = await make('sleeve.png', ...picture('1', 1), '-frames:v', '1')
    const maps = ['-map', '0', '-map', '1', '-c', 'copy', '-disposition:v:0', 'attached_pic']
    const album = await make(
      'album.m4a',
      ...['-i', await make('tone.m4a', ...tone(1)), '-i', cover],
      ...maps,
    )
    for (const file of [sound, album])
      await expect(analyse(file)).rejects.toMatchObject({ code: 'input-no-video' })
  })

  test('one that ends before its header says', async () => {
    const args = [...picture('25', 6), ...x264, '-g', '25', '-movflags', '+faststart']
    const whole = await make('to-cut.mp4', ...args)
    const cut = path.join(folder, 'cut.mp4')
    await copyFile(whole, cut)
    await truncate(cut, Math.floor((await stat(whole)).size * 0.6))
    await expect(analyse(cut)).rejects.toMatchObject({ code: 'input-truncated' })
  })

  test('one that ends early in a container that counts all streams together', async () => {
    const whole = await make('to-cut.mkv', ...picture('25', 6), ...tone(6), ...x264, '-g', '25')
    const cut = path.join(folder, 'cut.mkv')
    await copyFile(whole, cut)
    await truncate(cut, Math.floor((await stat(whole)).size * 0.6))
    await expect(analyse(cut)).rejects.toMatchObject({ code: 'input-truncated' })
  })

  test('one whose pictures are damaged beyond decoding', async () => {
    const file = await make(
      'damaged.mp4',
      ...picture('25', 6, '320x180'),
      ...x264,
      '-movflags',
      '+faststart',
    )
    const bytes = await readFile(file)
    const start = bytes.indexOf('mdat') + 64
    bytes.fill(0xa5, start + Math.floor((bytes.length - start) / 3), bytes.length)
    await expect(analyse(await write('damaged.mp4', bytes))).rejects.toMatchObject({
      code: 'input-truncated',
    })
  })

  test('one whose clock starts again in the middle', async () => {
    const part = await make('part.ts', ...picture('25', 5), ...x264)
    const joined = path.join(folder, 'joined.ts')
    const target = createWriteStream(joined)
    for (let copies = 0; copies < 2; copies += 1) target.write(await readFile(part))
    target.end()
    await finished(target)
    await expect(analyse(joined)).rejects.toMatchObject({
      code: 'input-unreadable',
      message: expect.stringContaining('clock'),
    })
  })

  test('one that is too long or too large', async () => {
    const file = await make('long.mp4', ...picture('5', 20), ...x264)
    await expect(analyse(file, { ...limits, seconds: 10 })).rejects.toMatchObject({
      code: 'input-too-large',
    })
    await expect(analyse(file, { ...limits, pixels: 160 * 89 })).rejects.toMatchObject({
      code: 'input-too-large',
    })
  })
})

describe('a playlist', () => {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.end()
  })
  let address = ''

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  const playlists = (target: string): Readonly<Record<string, string>> => ({
    'hls.m3u8': `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${target}\n#EXT-X-ENDLIST\n`,
    'hls-as.mp4': `\uFEFF\n#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${target}\n#EXT-X-ENDLIST\n`,
    'concat.txt': `ffconcat version 1.0\nfile '${target}'\n`,
    'concat.mkv': `file '${target}'\n`,
    'session.sdp': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:${target}\nm=video 0 RTP/AVP 96\n`,
    'dash.mpd': `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${target}</BaseURL></MPD>`,
    'stream.pls': `[playlist]\nFile1=${target}\n`,
    'stream.asx': `<asx version="3.0"><entry><ref href="${target}"/></entry></asx>`,
    'address.url': `${target}\n`,
  })

  test('is refused by its content, whatever its name, and nothing it points to is opened', async () => {
    for (const [name, content] of Object.entries(playlists(`${address}/secret.ts`)))
      await expect(analyse(await write(name, content)), name).rejects.toMatchObject({
        code: 'input-playlist',
      })
    expect(requests).toEqual([])
  })

  test('is refused as well when it points to a file of this machine', async () => {
    const secret = await make('secret.ts', ...picture('25', 1), ...x264)
    for (const [name, content] of Object.entries(playlists(`file://${secret}`)))
      await expect(analyse(await write(name, content)), name).rejects.toMatchObject({
        code: 'input-playlist',
      })
  })

  test('that no pattern knows is still opened by no demuxer that follows it', async () => {
    const hidden = `${' '.repeat(70_000)}#EXTM3U\n#EXTINF:4,\n${address}/secret.ts\n`
    await expect(analyse(await write('hidden.m3u8', hidden))).rejects.toMatchObject({
      code: 'input-unreadable',
    })
    expect(requests).toEqual([])
  })
})

test('an abort ends an analysis by its reason', async () => {
  const file = await make('abort.mp4', ...picture('25', 2), ...x264)
  const signal = AbortSignal.abort(new Error('enough'))
  await expect((await openAnalysis(tools, limits))(file, signal)).rejects.toThrow('enough')
})

test('a file that grows larger is analysed in a memory that does not', async () => {
  const file = await make('hour.mkv', ...picture('10', 600, '32x32'), ...x264, '-g', '600')
  const before = process.memoryUsage().heapUsed
  const { frames } = await analyse(file, { ...limits, seconds: 43_200 })
  expect(frames).toBe(6000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * 2 ** 20)
})
