import { expect, test } from 'vitest'
import { buildManifest } from '#node/encoding/manifest.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import { hardwareOf, Manifest, manifestText } from '#protocol/manifest.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'
import { smallLadder } from '#test/support/clip.ts'

const terms = {
  source: {
    cid: cid('source'),
    ...{ bytes: 1, width: 160, height: 90, codec: 'h264', videoStream: 0 },
  },
  grid: {
    rate: { numerator: 24, denominator: 1 },
    ...{ frames: 96, segmentFrames: 24, partSegments: 2, leadSeconds: 3 },
  },
  ladder: smallLadder,
  recipe: 'h264-ts-4' as const,
}

function manifestWith(hardware?: (rendition: string) => readonly (HardwareEncoder | null)[]) {
  return buildManifest(terms, encoderProfile.class, {
    segmentsOf: () => Array.from({ length: 4 }, () => ({ cid: cid('a'), bytes: 1, units: 24 })),
    codecsOf: () => 'avc1.4D401F',
    ...(hardware ? { hardwareOf: hardware } : {}),
  })
}

test('a tree that mixes hardware and the recipe says of each segment what made it', () => {
  const makers = ['h264_vaapi', 'h264_vaapi', null, null] as const
  const manifest = manifestWith((name) => (name === '90p' ? makers : [null, null, null, null]))
  expect(Manifest.parse(manifest)).toEqual(manifest)
  const [mixed, pure] = manifest.renditions
  expect([0, 1, 2, 3].map((index) => mixed && hardwareOf(mixed, index))).toEqual(makers)
  expect(pure?.hardware).toBeUndefined()
})

test('where no hardware took part the record is the recipe’s own', () => {
  expect(manifestWith(() => [null, null, null, null])).toEqual(manifestWith())
})

test('the text of a manifest is read as what it was written from, lengths of segments included', () => {
  const manifest = manifestWith()
  const grid = { ...manifest.grid, segmentFrames: 30, lengths: [30, 24, 24, 18] }
  for (const written of [manifest, { ...manifest, copied: '90p', grid }])
    expect(Manifest.parse(JSON.parse(manifestText(written)))).toEqual(written)
})
