import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExtrasMaker } from '#node/encoding/extras.ts'
import type { Manifest, SubtitleRecord } from '#protocol/manifest.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop } from '../../support/delivered-tree.ts'
import { ffmpeg, makeFolder, untroubled } from '../../support/ffmpeg.ts'

const text = `1
00:00:00,500 --> 00:00:01,500
Hello <i>there</i>

2
00:00:02,000 --> 00:00:03,000
Bye
`

let workshop: Workshop
let honest: Manifest
let words: string
/** A real picture of half the poster's size, and pictures of the right sizes that show something else. */
let smallPicture: Uint8Array
let painted: {
  readonly poster: Uint8Array
  readonly corner: Uint8Array
  readonly sheet: Uint8Array
}

beforeAll(async () => {
  workshop = await openWorkshop(text)
  const { tools, request, segment, content } = workshop
  const readInit = () => Promise.reject(new Error('transport streams need none'))
  const options = { request, readSegment: segment, readInit, directory: await makeFolder() }
  await using maker = createExtrasMaker(tools, { ...options, signal: untroubled })
  const { manifest, files } = await maker.finish(workshop.manifest)
  for (const { from } of files) await content.addBytes(await readFile(from))
  honest = manifest
  words = await readFile(files.find(({ name }) => name.endsWith('.vtt'))?.from ?? '', 'utf8')
  const folder = await makeFolder()
  const fileOf = (wanted: string) => files.find(({ name }) => name.endsWith(wanted))?.from ?? ''
  const filtered = async (name: string, filter: string): Promise<Uint8Array> => {
    const picture = path.join(folder, 'filtered.jpg')
    await ffmpeg(tools, '-i', fileOf(name), '-vf', filter, picture)
    return await readFile(picture)
  }
  smallPicture = await filtered('poster.jpg', 'scale=80:44')
  painted = {
    poster: await filtered('poster.jpg', 'hflip'),
    corner: await filtered(
      'poster.jpg',
      'drawbox=0:0:30:20:white:fill,drawbox=30:0:30:20:black:fill',
    ),
    sheet: await filtered('sheet_000.jpg', 'hflip'),
  }
}, 120_000)

const codesOf = async (manifest: Manifest): Promise<readonly string[]> => {
  const { faults } = await workshop.check(await workshop.deliver(manifest))
  return faults.map(({ code }) => code)
}

const added = async (bytes: Uint8Array) => {
  const { cid, bytes: size } = await workshop.content.addBytes(bytes)
  return { cid, bytes: size }
}

const withPoster = async (bytes: Uint8Array): Promise<Manifest> => ({
  ...honest,
  poster: { ...honest.poster!, ...(await added(bytes)) },
})

const withBoard = (changes: Partial<NonNullable<Manifest['storyboard']>>): Manifest => ({
  ...honest,
  storyboard: { ...honest.storyboard!, ...changes },
})

const withText = async (edited: string, told: Partial<SubtitleRecord> = {}): Promise<Manifest> => ({
  ...honest,
  subtitles: [{ ...honest.subtitles![0]!, ...(await added(Buffer.from(edited))), ...told }],
})

test('a tree passes with its extras, and without any', async () => {
  expect(honest).toMatchObject({ poster: { width: 160, height: 90 }, storyboard: { tiles: 4 } })
  expect(honest.subtitles).toHaveLength(1)
  expect(await codesOf(honest)).toEqual([])
  expect(await codesOf(workshop.manifest)).toEqual([])
  const { subtitles: _, ...untold } = honest
  expect(await codesOf(untold)).toEqual([])
})

describe('a picture is refused which', () => {
  const forgeries: readonly (readonly [string, () => Promise<Manifest> | Manifest])[] = [
    ['is none', () => withPoster(Buffer.from('<script>alert(1)</script>'))],
    ['has another size than is said', () => withPoster(smallPicture)],
    [
      'has another size than the video’s',
      async () => ({
        ...honest,
        poster: { ...(await added(smallPicture)), width: 80, height: 44 },
      }),
    ],
    ['is two', async () => withPoster(Buffer.concat([smallPicture, smallPicture]))],
    [
      'is far too heavy',
      async () => withPoster(Buffer.concat([smallPicture, new Uint8Array(2 ** 18)])),
    ],
    ['is a sheet of another layout', () => withBoard({ columns: 4 })],
    ['is a sheet with another number of tiles', () => withBoard({ tiles: 5 })],
    [
      'is a sheet too many',
      () => withBoard({ sheets: [...honest.storyboard!.sheets, ...honest.storyboard!.sheets] }),
    ],
    [
      'is a sheet that is the poster',
      () => withBoard({ sheets: [honest.poster!].map(({ cid, bytes }) => ({ cid, bytes })) }),
    ],
    ['shows another picture', () => withPoster(painted.poster)],
    ['has something painted over it', () => withPoster(painted.corner)],
    [
      'is a sheet with its tiles elsewhere',
      async () => withBoard({ sheets: [await added(painted.sheet)] }),
    ],
    [
      'stands without the other',
      () => {
        const { poster: _, ...rest } = honest
        return rest
      },
    ],
  ]
  test.each(forgeries)('%s', async (_, forge) => {
    expect(await codesOf(await forge())).toEqual(['extra-invalid'])
  })
})

describe('a text is refused which', () => {
  const forgeries: readonly (readonly [string, string, () => Promise<Manifest> | Manifest])[] = [
    ['has other words', 'subtitles-differ', () => withText(words.replace('Bye', 'Buy!'))],
    [
      'comes too late',
      'subtitles-differ',
      () => withText(words.replace('00:00:02.000', '00:00:02.200')),
    ],
    [
      'lacks a cue',
      'subtitles-differ',
      () => withText(words.slice(0, words.indexOf('\n00:00:02'))),
    ],
    ['is named otherwise', 'subtitles-differ', () => withText(words, { name: 'Klingon' })],
    ['is forced on viewers', 'subtitles-differ', () => withText(words, { isForced: true })],
    [
      'is not in the source',
      'subtitles-differ',
      () => ({
        ...honest,
        subtitles: [honest.subtitles![0]!, { ...honest.subtitles![0]!, name: 'More' }],
      }),
    ],
    [
      'brings a style along',
      'extra-invalid',
      () =>
        withText(
          words.replace('\n\n', '\n\nSTYLE\n::cue { background: url(http://example.org/) }\n\n'),
        ),
    ],
    [
      'is no text',
      'extra-invalid',
      () => withText(Buffer.from([0xff, 0xfe, 0]).toString('latin1')),
    ],
  ]
  test.each(forgeries)('%s', async (_, code, forge) => {
    expect(await codesOf(await forge())).toEqual([code])
  })

  test('is none for being marked up as another build of FFmpeg does it', async () => {
    expect(words).toContain('<i>')
    const plain = words.replaceAll(/<\/?i>/g, '').replace('00:00:02.000', '00:00:02.010')
    expect(await codesOf(await withText(plain))).toEqual([])
  })
})
