import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fileCid } from '#node/encoding/file-cid.ts'
import { audioPlaylist, masterPlaylist, videoPlaylist } from '#node/encoding/playlist.ts'
import { textCid } from '#node/encoding/text-cid.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { Manifest, RenditionRecord } from '#protocol/manifest.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

/** Two segments of four seconds and one of half a second, at 24000/1001. */
const segments = [96, 96, 12].map((units, index) => ({
  cid: cid(`video ${index}`),
  bytes: 100_000 * (index + 1),
  units,
}))

const rendition: RenditionRecord = {
  name: '480p',
  width: 854,
  height: 480,
  kbps: 1000,
  profile: 'main',
  level: '3.1',
  codecs: 'avc1.4D401F',
  segments,
}

const manifest: Manifest = {
  v: 1,
  source: cid('source'),
  recipe: 'h264-ts-4',
  grid: {
    rate: { numerator: 24_000, denominator: 1001 },
    frames: 204,
    segmentFrames: 96,
    partSegments: 4,
    leadSeconds: 3,
  },
  class: encoderProfile.class,
  renditions: [rendition],
  audio: {
    codecs: 'mp4a.40.2',
    kbps: 128,
    channels: 2,
    sampleRate: 48_000,
    segments: [188, 188, 24].map((frames, index) => ({
      cid: cid(`sound ${index}`),
      bytes: 70_000,
      units: frames * 1024,
    })),
  },
}

test('the master playlist tells what was measured, sound included', () => {
  const peak = (8 * 500_000 * 24_000) / (108 * 1001) + (8 * 140_000 * 48_000) / (212 * 1024)
  const average = (8 * 600_000 * 24_000) / (204 * 1001) + (8 * 210_000 * 48_000) / (400 * 1024)
  expect(masterPlaylist(manifest)).toBe(
    [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"',
      `#EXT-X-STREAM-INF:BANDWIDTH=${Math.ceil(peak)},AVERAGE-BANDWIDTH=${Math.ceil(average)},RESOLUTION=854x480,CODECS="avc1.4D401F,mp4a.40.2",FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio"`,
      '480p/index.m3u8',
      '',
    ].join('\n'),
  )
})

test('a silent source gets a master playlist without a word of sound', () => {
  const master = masterPlaylist({ ...manifest, audio: null })
  expect(master).not.toMatch(/AUDIO|mp4a/)
  expect(master).toContain('CODECS="avc1.4D401F"')
})

test('a video playlist counts its durations in frames', () => {
  expect(videoPlaylist(rendition, manifest.grid.rate)).toBe(
    [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXTINF:4.004000,',
      'segment_000.ts',
      '#EXTINF:4.004000,',
      'segment_001.ts',
      '#EXTINF:0.500500,',
      'segment_002.ts',
      '#EXT-X-ENDLIST',
      '',
    ].join('\n'),
  )
})

test('a sound playlist counts its durations in samples', () => {
  const { audio } = manifest
  expect(audio && audioPlaylist(audio)).toContain('#EXTINF:4.010667,\nsegment_000.ts\n')
})

test('no segment is longer than the target, as players round', () => {
  const long = { ...rendition, segments: segments.map((segment) => ({ ...segment, units: 111 })) }
  expect(videoPlaylist(long, { numerator: 24, denominator: 1 })).toContain('TARGETDURATION:5\n')
})

test('a playlist that grows is an open EVENT, and its master promises no less than the cap', () => {
  const growing = videoPlaylist(rendition, manifest.grid.rate, { isGrowing: true })
  expect(growing).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n')
  expect(growing).not.toContain('ENDLIST')
  const light = { ...rendition, segments: segments.map((segment) => ({ ...segment, bytes: 1000 })) }
  const master = masterPlaylist(
    { ...manifest, audio: null, renditions: [light] },
    { isGrowing: true },
  )
  expect(master).toContain('BANDWIDTH=1000000,')
})

test('a tree holds both forms of its playlists, the manifest and every segment', () => {
  const files = treeFiles(manifest)
  expect(files.map(({ path }) => path)).toEqual([
    'master.m3u8',
    'master.cid.m3u8',
    'manifest.json',
    '480p/index.m3u8',
    '480p/index.cid.m3u8',
    '480p/segment_000.ts',
    '480p/segment_001.ts',
    '480p/segment_002.ts',
    'audio/index.m3u8',
    'audio/index.cid.m3u8',
    'audio/segment_000.ts',
    'audio/segment_001.ts',
    'audio/segment_002.ts',
  ])
  expect(files[2]).toEqual({ path: 'manifest.json', text: canonicalJson(manifest) })
  expect(files[6]).toEqual({ path: '480p/segment_001.ts', cid: cid('video 1'), bytes: 200_000 })
})

/** Every line of a playlist that leads somewhere, and every address in an attribute. */
function referencesIn(playlist: string): readonly string[] {
  const lines = playlist.split('\n')
  const uris = lines.flatMap((line) => [...line.matchAll(/URI="([^"]*)"/g)].map(([, uri]) => uri!))
  return [...uris, ...lines.filter((line) => line !== '' && !line.startsWith('#'))]
}

test('the content form of a tree leads from id to id, without one relative name', () => {
  const texts = treeFiles(manifest).flatMap((file) => ('text' in file ? [file] : []))
  const byId = new Map(texts.map(({ text }) => [`/ipfs/${textCid(text)}`, text]))
  const master = texts.find(({ path }) => path === 'master.cid.m3u8')!.text
  const playlists = referencesIn(master).map((address) => byId.get(address)!)
  expect(playlists.map((text) => referencesIn(text))).toEqual([
    manifest.audio!.segments.map((segment) => `/ipfs/${segment.cid}`),
    manifest.renditions[0]!.segments.map((segment) => `/ipfs/${segment.cid}`),
  ])
})

test('the id of a text is the one that its file has', async () => {
  const file = path.join(await makeFolder(), 'text')
  await writeFile(file, 'größer')
  expect(textCid('größer')).toBe(await fileCid(file))
  expect(() => textCid('x'.repeat(2 ** 20 + 1))).toThrow(RangeError)
})
