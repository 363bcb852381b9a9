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
    video: {
      index: 0,
      codec: 'h264',
      width: 1920,
      height: 1080,
      storedPixels: 1920 * 1080,
      timeBase: { numerator: 1, denominator: 90_000 },
      startPts: 126_000,
      isInterlaced: false,
      colorSpace: null,
      colorTransfer: null,
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

test('interlaced pictures are known as such', async () => {
  expect((await layoutOf([{ ...video, field_order: 'tt' }])).video.isInterlaced).toBe(true)
  expect((await layoutOf([{ ...video, field_order: 'progressive' }])).video.isInterlaced).toBe(
    false,
  )
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
