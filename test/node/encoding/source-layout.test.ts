import { expect, test } from 'vitest'
import type { Ffprobe } from '#node/encoding/ffprobe.ts'
import { readLayout } from '#node/encoding/source-layout.ts'
import { untroubled } from '#test/support/ffmpeg.ts'

/** An ffprobe that answers with these streams. */
function answering(
  streams: readonly object[],
  format: object = { format_name: 'mov,mp4,m4a,3gp,3g2,mj2', duration: '4.000000' },
): { readonly ffprobe: Ffprobe; readonly args: string[] } {
  const args: string[] = []
  const ffprobe: Ffprobe = {
    run: (run) => {
      args.push(...run.args)
      for (const line of JSON.stringify({ streams, format }, null, 1).split('\n')) run.onLine(line)
      return Promise.resolve()
    },
  }
  return { ffprobe, args }
}

const video = {
  index: 0,
  codec_type: 'video',
  codec_name: 'h264',
  width: 1920,
  height: 1080,
  sample_aspect_ratio: '1:1',
  r_frame_rate: '30/1',
  avg_frame_rate: '0/0',
  time_base: '1/90000',
  start_pts: 126_000,
  disposition: { default: 1, attached_pic: 0 },
}
const sound = {
  index: 1,
  codec_type: 'audio',
  codec_name: 'aac',
  channels: 2,
  time_base: '1/48000',
  disposition: { default: 0 },
}
const cover = { ...video, codec_name: 'png', disposition: { default: 0, attached_pic: 1 } }

const layoutOf = async (streams: readonly object[], videoStream?: number) =>
  await readLayout(answering(streams).ffprobe, '/video', {
    signal: untroubled,
    ...(videoStream === undefined ? {} : { videoStream }),
  })

test('a header is read into what is needed to open the file again', async () => {
  expect(await layoutOf([video, sound])).toEqual({
    path: '/video',
    demuxer: 'mov',
    declaredSeconds: 4,
    audioStream: 1,
    timeBases: new Map([
      [0, { numerator: 1, denominator: 90_000 }],
      [1, { numerator: 1, denominator: 48_000 }],
    ]),
    sounds: [
      {
        index: 1,
        codec: 'aac',
        profile: null,
        channels: 2,
        channelLayout: null,
        sampleRate: 0,
        language: null,
        delaySeconds: 0,
      },
    ],
    subtitles: [],
    video: {
      index: 0,
      codec: 'h264',
      profile: null,
      level: null,
      decoder: null,
      width: 1920,
      height: 1080,
      stored: { width: 1920, height: 1080, aspect: { numerator: 1, denominator: 1 } },
      orientation: { filters: [], isTurned: false },
      pixelFormat: null,
      bitDepth: 8,
      hasAlpha: false,
      color: {
        matrix: 'bt709',
        isFullRange: false,
        hdr: 'none',
        wide: null,
        primaries: null,
        transfer: null,
      },
      fields: 'progressive',
      timeBase: { numerator: 1, denominator: 90_000 },
      startPts: 126_000,
      claimedRates: [{ numerator: 30, denominator: 1 }],
      declaredSeconds: null,
    },
  })
})

test('a cover that stands first is passed over', async () => {
  const { video: found } = await layoutOf([cover, { ...video, index: 1 }])
  expect(found.index).toBe(1)
})

test('a cover alone is no video', async () => {
  await expect(layoutOf([cover, sound])).rejects.toMatchObject({ code: 'input-no-video' })
})

test('the video that an offer names is taken, and no other in its place', async () => {
  const streams = [video, { ...video, index: 1, width: 640 }]
  expect((await layoutOf(streams, 1)).video.width).toBe(640)
  await expect(layoutOf(streams, 2)).rejects.toMatchObject({ code: 'input-no-video' })
})

test.each([
  [{ side_data_list: [{ rotation: -90 }] }, 1080, 1920],
  [{ side_data_list: [{}, { rotation: 270 }] }, 1080, 1920],
  [{ side_data_list: [{ rotation: 180 }] }, 1920, 1080],
  [{ tags: { rotate: '90' } }, 1080, 1920],
  [{ sample_aspect_ratio: '4:3' }, 2560, 1080],
  [{ sample_aspect_ratio: '0:1' }, 1920, 1080],
  [{ sample_aspect_ratio: '4:3', tags: { rotate: '90' } }, 1080, 2560],
])('with %j a viewer sees %ix%i', async (given, width, height) => {
  expect((await layoutOf([{ ...video, ...given }])).video).toMatchObject({ width, height })
})

test('the default sound comes before the first, and one without channels never', async () => {
  const second = { ...sound, index: 2, disposition: { default: 1 } }
  expect((await layoutOf([video, sound, second])).audioStream).toBe(2)
  expect((await layoutOf([video, sound, { ...second, channels: 0 }])).audioStream).toBe(1)
  expect((await layoutOf([video])).audioStream).toBeNull()
})

test('a header that tells of fields is noted, and its word is not yet taken', async () => {
  const fieldsOf = async (field_order: string) =>
    (await layoutOf([{ ...video, field_order }])).video.fields
  expect(await fieldsOf('tt')).toBe('flagged')
  expect(await fieldsOf('bt')).toBe('flagged')
  expect(await fieldsOf('progressive')).toBe('progressive')
  expect(await fieldsOf('unknown')).toBe('progressive')
})

/** Lines as ffprobe writes a display matrix. */
const matrix = (a: number, b: number, c: number, d: number): string =>
  `\n00000000: ${a * 65_536} ${b * 65_536} 0\n00000001: ${c * 65_536} ${d * 65_536} 0\n00000002: 0 0 1073741824\n`

test.each([
  [[1, 0, 0, 1], []],
  [[-1, 0, 0, 1], ['hflip']],
  [[1, 0, 0, -1], ['vflip']],
  [
    [-1, 0, 0, -1],
    ['hflip', 'vflip'],
  ],
  [[0, 1, -1, 0], ['transpose=clock']],
  [[0, -1, 1, 0], ['transpose=cclock']],
  [[0, 1, 1, 0], ['transpose=cclock_flip']],
  [[0, -1, -1, 0], ['transpose=clock_flip']],
] as const)('the display matrix %j becomes the filters %j', async ([a, b, c, d], filters) => {
  const turned = { ...video, side_data_list: [{ displaymatrix: matrix(a, b, c, d) }] }
  const { orientation, width } = (await layoutOf([turned])).video
  expect(orientation).toEqual({ filters, isTurned: a === 0 })
  expect(width).toBe(a === 0 ? 1080 : 1920)
})

test('the matrix comes before the tag that says the same again', async () => {
  const both = {
    ...video,
    side_data_list: [{ displaymatrix: matrix(0, 1, -1, 0), rotation: -90 }],
    tags: { rotate: '90' },
  }
  expect((await layoutOf([both])).video.orientation.filters).toEqual(['transpose=clock'])
  const tagged = { ...video, tags: { rotate: '270' } }
  expect((await layoutOf([tagged])).video.orientation.filters).toEqual(['transpose=cclock'])
})

test.each([
  [{ color_transfer: 'smpte2084', color_primaries: 'bt2020' }, 'hdr10', 'pq', 'bt2020'],
  [{ color_transfer: 'arib-std-b67', color_space: 'bt2020nc' }, 'hlg', 'hlg', 'bt2020'],
  [{ color_primaries: 'bt2020', color_space: 'bt2020nc' }, 'none', 'bt2020', 'bt2020'],
  [{ color_primaries: 'smpte432' }, 'none', 'p3', 'bt709'],
  [{ color_space: 'bt470bg' }, 'none', null, 'bt601'],
  [{ color_space: 'unknown' }, 'none', null, 'bt709'],
  [{ width: 720, height: 576 }, 'none', null, 'bt601'],
  [{ width: 1280, height: 536 }, 'none', null, 'bt709'],
] as const)('with %j the colours are %s, %s, %s', async (given, hdr, wide, colorMatrix) => {
  const { color } = (await layoutOf([{ ...video, ...given }])).video
  expect(color).toMatchObject({ hdr, wide, matrix: colorMatrix })
})

test('Dolby Vision is read by the layer under it, and known where there is none', async () => {
  const dolby = (dv_profile: number, dv_bl_signal_compatibility_id: number, color_transfer = '') =>
    layoutOf([
      { ...video, color_transfer, side_data_list: [{ dv_profile, dv_bl_signal_compatibility_id }] },
    ])
  expect((await dolby(5, 0)).video.color.hdr).toBe('dolby-vision-5')
  expect((await dolby(8, 1, 'smpte2084')).video.color).toMatchObject({
    hdr: 'dolby-vision-8',
    wide: 'pq',
  })
  expect((await dolby(8, 4, 'arib-std-b67')).video.color.wide).toBe('hlg')
  expect((await dolby(8, 2, 'bt709')).video.color).toMatchObject({ hdr: 'none', wide: null })
})

test.each([
  ['yuv420p', 8, false],
  ['nv12', 8, false],
  ['yuv420p10le', 10, false],
  ['p010le', 10, false],
  ['gbrp12be', 12, false],
  ['yuva444p12le', 12, true],
  ['rgb48le', 16, false],
  ['rgba64be', 16, true],
  ['bgra', 8, true],
  ['bgr0', 8, false],
  ['pal8', 8, true],
  ['gray', 8, false],
  ['gray10le', 10, false],
])('%s has %i bits and transparency: %s', async (pix_fmt, bitDepth, hasAlpha) => {
  expect((await layoutOf([{ ...video, pix_fmt }])).video).toMatchObject({ bitDepth, hasAlpha })
})

test('the transparency that WebM hides beside its pictures asks for its own decoder', async () => {
  const hidden = { ...video, codec_name: 'vp9', tags: { alpha_mode: '1' } }
  expect((await layoutOf([hidden])).video).toMatchObject({ decoder: 'libvpx-vp9', hasAlpha: true })
  expect((await layoutOf([{ ...video, codec_name: 'vp9' }])).video.decoder).toBeNull()
})

test('every sound is told with its channels, its language and its delay', async () => {
  const commentary = {
    ...sound,
    index: 2,
    codec_name: 'ac3',
    channels: 6,
    channel_layout: '5.1(side)',
    sample_rate: '48000',
    start_time: '1.900000',
    tags: { language: 'fre' },
  }
  const { sounds } = await layoutOf([{ ...video, start_time: '1.400000' }, commentary])
  expect(sounds).toEqual([
    {
      index: 2,
      codec: 'ac3',
      profile: null,
      channels: 6,
      channelLayout: '5.1(side)',
      sampleRate: 48_000,
      language: 'fre',
      delaySeconds: 0.5,
    },
  ])
})

test('a file with more streams than any video needs is too large', async () => {
  const streams = Array.from({ length: 65 }, (_, index) => ({ ...video, index }))
  await expect(layoutOf(streams)).rejects.toMatchObject({ code: 'input-too-large' })
})

test('a name that looks like an option or an address is opened as a file', async () => {
  const { ffprobe, args } = answering([video])
  await readLayout(ffprobe, '-i', { signal: untroubled })
  expect(args.at(-1)).toMatch(/^\/.*\/-i$/)
  expect(args).toContain('file,pipe')
})

test('a container that is not on the list is not taken', async () => {
  const { ffprobe } = answering([video], { format_name: 'hls' })
  await expect(readLayout(ffprobe, '/video', { signal: untroubled })).rejects.toMatchObject({
    code: 'input-unreadable',
  })
})

test('an answer that makes no sense is a file that cannot be read', async () => {
  const { ffprobe } = answering([video], {})
  await expect(readLayout(ffprobe, '/video', { signal: untroubled })).rejects.toMatchObject({
    code: 'input-unreadable',
  })
})
