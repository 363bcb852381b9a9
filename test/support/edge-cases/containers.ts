import { readFile } from 'node:fs/promises'
import type { MarketErrorCode } from '#market/errors.ts'
import type { EdgeCase, Workshop } from './edge-case.ts'
import { card, clap, lavfi, tone, x264 } from './edge-case.ts'

const second = { frames: 25, size: '160x90', rate: '25.000' } as const
const clapped = { ...second, frames: 50, hasSound: true, clapSeconds: 1 } as const
const aac = ['-c:a', 'aac'] as const

const refused = (
  name: string,
  code: MarketErrorCode,
  make: (workshop: Workshop) => Promise<string>,
): EdgeCase => ({ name, make, outcome: { refused: code } })

const plain = ({ make }: Workshop, name: string, ...args: readonly string[]): Promise<string> =>
  make(name, ...clap(), ...x264, '-g', '25', ...aac, ...args)

/** A whole file, changed or cut. */
const spoiled =
  (name: string, change: (bytes: Buffer) => Uint8Array, ...args: readonly string[]) =>
  async (workshop: Workshop): Promise<string> => {
    const whole = await plain(workshop, `whole-${name}`, ...args)
    return await workshop.write(name, change(await readFile(whole)))
  }

const share = (bytes: Buffer, part: number): Buffer =>
  bytes.subarray(0, Math.floor((bytes.length * part) / 188) * 188)

/** A screen of a Blu-ray's subtitles on which nothing is, at a second. */
function emptyScreen(second: number): Buffer {
  const part = (type: number, content: readonly number[]): Buffer => {
    const header = Buffer.alloc(13)
    header.write('PG')
    header.writeUInt32BE(90_000 * second, 2)
    header.writeUInt8(type, 10)
    header.writeUInt16BE(content.length, 11)
    return Buffer.concat([header, Buffer.from(content)])
  }
  const [composition, end] = [0x16, 0x80]
  return Buffer.concat([
    part(composition, [0, 160, 0, 90, 16, 0, second, 0x80, 0, 0, 0]),
    part(end, []),
  ])
}

export const containers: readonly EdgeCase[] = [
  {
    name: 'a cover that stands before the video',
    isRepresentative: true,
    make: async (workshop) => {
      const cover = await workshop.make('cover.jpg', ...card('300x300'), '-frames:v', '1')
      const video = await plain(workshop, 'to-cover.mp4')
      const maps = ['-map', '0', '-map', '1', '-c', 'copy', '-disposition:v:0', 'attached_pic']
      return await workshop.make('covered.mp4', '-i', cover, '-i', video, ...maps)
    },
    outcome: clapped,
  },
  {
    name: 'a time code track, and a place on Earth',
    isRepresentative: true,
    make: (workshop) =>
      plain(
        workshop,
        'camera.mov',
        ...['-timecode', '01:00:00:00', '-metadata', 'location=+48.8577+002.2950/'],
        ...['-metadata', 'title=SECRET-TITLE', '-metadata', 'make=SECRET-CAMERA'],
        ...['-movflags', 'use_metadata_tags'],
      ),
    outcome: clapped,
  },
  {
    name: 'subtitles, chapters and an attachment',
    make: async (workshop) => {
      const subtitles = await workshop.write(
        'lines.srt',
        '1\n00:00:00,000 --> 00:00:01,000\nHello\n',
      )
      const chapters = await workshop.write(
        'chapters.txt',
        ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=SECRET-CHAPTER\n',
      )
      const font = await workshop.write('font.ttf', Buffer.alloc(2000, 7))
      const attach = ['-attach', font, '-metadata:s:t', 'mimetype=application/x-truetype-font']
      const maps = ['-map', '0', '-map', '1', '-map_metadata', '2', '-c', 'copy', ...attach]
      const video = await plain(workshop, 'to-fill.mkv')
      return await workshop.make('full.mkv', '-i', video, '-i', subtitles, '-i', chapters, ...maps)
    },
    outcome: clapped,
  },
  {
    name: 'subtitles that are pictures',
    make: async (workshop) => {
      const subtitles = await workshop.write('lines.sup', Buffer.concat([0, 1].map(emptyScreen)))
      const video = await plain(workshop, 'to-show.mkv')
      return await workshop.make(
        'shown.mkv',
        ...['-i', video, '-i', subtitles, '-map', '0', '-map', '1', '-c', 'copy'],
      )
    },
    outcome: clapped,
  },
  {
    name: 'two videos, of which the first counts',
    make: ({ make }) =>
      make('two.mkv', ...card(), ...card('320x180'), '-map', '0', '-map', '1', ...x264),
    outcome: second,
  },
  { name: 'an index at the end', make: (workshop) => plain(workshop, 'end.mp4'), outcome: clapped },
  {
    name: 'an index at the beginning',
    make: (workshop) => plain(workshop, 'start.mp4', '-movflags', '+faststart'),
    outcome: clapped,
  },
  refused(
    'an index that is missing',
    'input-unreadable',
    spoiled('no-index.mp4', (bytes) => bytes.subarray(0, bytes.indexOf('moov') - 4)),
  ),
  refused(
    'a file cut in the middle',
    'input-truncated',
    spoiled('cut.mp4', (bytes) => share(bytes, 0.5), '-movflags', '+faststart'),
  ),
  refused('nothing', 'input-empty', ({ write }) => write('nothing.mp4', '')),
  refused('a web page', 'input-unreadable', ({ write }) =>
    write('page.mp4', `<!doctype html><title>404</title>${'<p>Not found</p>'.repeat(99)}`),
  ),
  refused('words', 'input-unreadable', ({ write }) =>
    write('words.mp4', 'words and words\n'.repeat(99)),
  ),
  refused('a still image under a video’s name', 'input-unreadable', async ({ make, write }) =>
    write('still.mp4', await readFile(await make('still.png', ...card(), '-frames:v', '1'))),
  ),
  refused('a playlist under a video’s name', 'input-playlist', ({ write }) =>
    write(
      'list.mp4',
      '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n',
    ),
  ),
  refused('a list of files', 'input-playlist', ({ write }) =>
    write('list.txt', "ffconcat version 1.0\nfile '/etc/passwd'\n"),
  ),
  refused('a session description', 'input-playlist', ({ write }) =>
    write('list.sdp', 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n'),
  ),
  {
    ...refused('copy protection', 'input-encrypted', (workshop) =>
      plain(
        workshop,
        'protected.mp4',
        ...['-encryption_scheme', 'cenc-aes-ctr'],
        ...['-encryption_key', '76a6c65c5ea762046bd749a2e632ccbb'],
        ...['-encryption_kid', 'a7e61c373e219033c21091fa607bf3b8'],
      ),
    ),
    isRepresentative: true,
  },
  refused('a cover alone', 'input-no-video', async ({ make }) => {
    const cover = await make('sleeve.png', ...card(), '-frames:v', '1')
    const song = await make('song.m4a', ...tone(), ...aac)
    const maps = ['-map', '0', '-map', '1', '-c', 'copy', '-disposition:v:0', 'attached_pic']
    return await make('album.m4a', '-i', song, '-i', cover, ...maps)
  }),
  refused('a bomb of pixels', 'input-too-large', ({ make }) =>
    make('bomb.mkv', ...lavfi('color=s=16000x9000:r=1:d=1'), '-pix_fmt', 'gray', '-c:v', 'ffv1'),
  ),
  refused('a bomb of length', 'input-too-large', ({ make }) => {
    const days = 'testsrc2=size=64x36:rate=1:duration=2,setpts=N*50000/TB'
    return make('days.mkv', ...lavfi(days), '-vsync', 'vfr', ...x264)
  }),
  {
    name: 'AVI without an index',
    make: spoiled(
      'no-index.avi',
      (bytes) => bytes.subarray(0, bytes.lastIndexOf('idx1')),
      ...['-bf', '0', '-c:a', 'pcm_s16le'],
    ),
    outcome: clapped,
  },
  {
    name: 'Matroska with wrong cues',
    make: spoiled('cues.mkv', (bytes) => {
      const cues = bytes.lastIndexOf(Buffer.from([0x1c, 0x53, 0xbb, 0x6b]))
      for (let at = cues; at < bytes.length - 3; at += 1)
        if (bytes[at] === 0xf1) bytes.writeUInt8((bytes[at + 2] ?? 0) ^ 0x5a, at + 2)
      return bytes
    }),
    outcome: clapped,
  },
  {
    name: 'MPEG-TS with gaps in its counters',
    make: spoiled('counters.ts', (bytes) => {
      for (const packet of [20, 41, 60]) {
        const counter = 188 * packet + 3
        if (counter < bytes.length) bytes.writeUInt8(bytes.readUInt8(counter) ^ 0x05, counter)
      }
      return bytes
    }),
    outcome: clapped,
  },
]
