import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, utf8 } from '#protocol/canonical.ts'
import type { EncoderCapability } from '#protocol/encoder.ts'
import { HardwareEncoder } from '#protocol/encoder.ts'
import { Multiaddr } from '#protocol/ids.ts'
import { hardwareOf, hardwareRuns, RenditionRecord } from '#protocol/manifest.ts'
import { formatOperation, operationLimitBytes, parseOperation } from '#protocol/operation.ts'
import { aRegistration, cid, encoderProfile, hbd } from '#test/support/builders.ts'
import { aRendition } from '#test/support/clip.ts'

function aRecord(segments: number, hardware?: RenditionRecord['hardware']): RenditionRecord {
  return {
    ...aRendition(),
    codecs: 'avc1.4D401F',
    segments: Array.from({ length: segments }, () => ({ cid: cid('a'), bytes: 1, units: 1 })),
    ...(hardware === undefined ? {} : { hardware }),
  }
}

test('runs of hardware say of every segment what made it, and nothing else can be said', () => {
  const maker = fc.constantFrom(null, ...HardwareEncoder.options)
  fc.assert(
    fc.property(fc.array(maker, { minLength: 1, maxLength: 40 }), (makers) => {
      const hardware = hardwareRuns(makers)
      const record = aRecord(makers.length, hardware.length === 0 ? undefined : hardware)
      expect(RenditionRecord.parse(record)).toEqual(record)
      expect(makers.map((_, index) => hardwareOf(record, index))).toEqual(makers)
    }),
  )
})

test.each([
  ['overlap', [run(0, 2), run(1, 2)]],
  ['stand in the wrong order', [run(3, 1), run(0, 1)]],
  ['are one run cut in two', [run(0, 2), run(2, 1)]],
  ['reach beyond the last segment', [run(3, 2)]],
  ['are none', []],
])('a record whose runs %s is refused', (_, hardware) => {
  expect(RenditionRecord.safeParse(aRecord(4, hardware)).success).toBe(false)
})

function run(first: number, segments: number) {
  return { encoder: 'h264_nvenc' as const, first, segments }
}

test('a record without hardware is the text it always was', () => {
  expect(canonicalJson(RenditionRecord.parse(aRecord(1)))).not.toContain('hardware')
})

const widest: EncoderCapability = {
  codec: 'h265',
  encoder: 'hevc_videotoolbox_with_a_long_na',
  hwAccel: 'videotoolbox',
  maxResolution: '2160p',
  speed: 10_000_000,
}

test('the fullest registration there can be fits into an operation', () => {
  const operation = aRegistration({
    addresses: Array.from({ length: 8 }, () => Multiaddr.parse(`/${'x'.repeat(255)}`)),
    roles: ['creator', 'encoder', 'arbiter', 'gateway'],
    encoder: {
      class: { cid: cid('class'), ffmpeg: 'x'.repeat(80), x264: 'x'.repeat(40) },
      workers: 1024,
      prices: Array.from({ length: 16 }, () => ({ rendition: '1080p', perMinute: hbd(999_999n) })),
      hwAccel: 'videotoolbox',
      capabilities: Array.from({ length: 12 }, () => widest),
    },
    arbiter: { fee: hbd(999_999n) },
  })
  const text = formatOperation(operation)
  expect(utf8(text).length).toBeLessThan(operationLimitBytes)
  expect(parseOperation(text)).toEqual({ ok: true, operation })
})

test('a registration without capabilities is as good as before', () => {
  const operation = aRegistration({ roles: ['encoder'], encoder: encoderProfile })
  expect(parseOperation(formatOperation(operation))).toEqual({ ok: true, operation })
})
