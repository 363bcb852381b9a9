import { expect, test } from 'vitest'
import { audioPlaylist, masterPlaylist, videoPlaylist } from '#node/encoding/playlist.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { Manifest, RenditionRecord } from '#protocol/manifest.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'

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
  recipe: 'h264-ts-1',
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
  const peak = (8 * 300_000 * 24_000) / (12 * 1001) + (8 * 70_000 * 48_000) / (24 * 1024)
  const average = (8 * 600_000 * 24_000) / (204 * 1001) + (8 * 210_000 * 48_000) / (400 * 1024)
  expect(masterPlaylist(manifest)).toBe(
    [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"',
      `#EXT-X-STREAM-INF:BANDWIDTH=${Math.ceil(peak)},AVERAGE-BANDWIDTH=${Math.ceil(average)},RESOLUTION=854x480,CODECS="avc1.4D401F,mp4a.40.2",FRAME-RATE=23.976,AUDIO="audio"`,
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

test('a tree holds the playlists, the manifest and every segment, by relative names', () => {
  const files = treeFiles(manifest)
  expect(files.map(({ path }) => path)).toEqual([
    'master.m3u8',
    'manifest.json',
    '480p/index.m3u8',
    '480p/segment_000.ts',
    '480p/segment_001.ts',
    '480p/segment_002.ts',
    'audio/index.m3u8',
    'audio/segment_000.ts',
    'audio/segment_001.ts',
    'audio/segment_002.ts',
  ])
  expect(files[1]).toEqual({ path: 'manifest.json', text: canonicalJson(manifest) })
  expect(files[4]).toEqual({ path: '480p/segment_001.ts', cid: cid('video 1'), bytes: 200_000 })
})
