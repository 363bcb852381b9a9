import { expect, test } from 'vitest'
import { listDecoders } from '#node/encoding/decoders.ts'
import { requireDecodable } from '#node/encoding/source-fitness.ts'
import { openShippedTools, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { aSourceLayout, aVideoLayout } from '#test/support/layout.ts'

test('every build tells what it can decode', async () => {
  for (const { ffprobe } of [await openTools(), await openShippedTools()]) {
    const decoders = await listDecoders(ffprobe, untroubled)
    for (const name of ['h264', 'hevc', 'vp9', 'mpeg2video', 'aac', 'opus', 'pcm_s16le'])
      expect(decoders).toContain(name)
    expect(decoders).not.toContain('binkvideo_encoder')
    expect(decoders).not.toContain('smpte_klv')
  }
})

test('a codec that can only be encoded, or only be named, is not one that can be decoded', async () => {
  const lines = [
    'Codecs:',
    ' D..... = Decoding supported',
    ' .EV.L. hypothetical         Written only (encoders: hyp)',
    ' ..V.L. vvc                  Known by name',
    ' DEV.L. vp9                  Google VP9 (decoders: vp9 libvpx-vp9 ) (encoders: libvpx-vp9 )',
  ]
  const ffprobe = {
    run: ({ onLine }: { onLine: (line: string) => void }) => Promise.resolve(lines.forEach(onLine)),
  }
  expect([...(await listDecoders(ffprobe, untroubled))].toSorted()).toEqual(['libvpx-vp9', 'vp9'])
})

const refusal = (codec: string, decoders: readonly string[], decoder: string | null = null) => {
  const layout = aSourceLayout({ video: aVideoLayout({ codec, decoder }) })
  return () => requireDecodable(layout, new Set([...decoders, 'aac']))
}

test('what this build cannot decode is refused as such: another machine may', () => {
  expect(refusal('hevc', ['hevc'])).not.toThrow()
  expect(refusal('hevc', ['h264'])).toThrow(expect.objectContaining({ code: 'unsupported-here' }))
  expect(refusal('vp9', ['vp9'], 'libvpx-vp9')).toThrow('libvpx-vp9')
})

test('AV1 needs a decoder that works without a graphics card', () => {
  expect(refusal('av1', ['av1', 'libdav1d'])).not.toThrow()
  expect(refusal('av1', ['av1', 'av1_cuvid'])).toThrow('av1')
})

test('a sound that cannot be decoded here is not left out in silence', () => {
  const [sound] = aSourceLayout().sounds
  const layout = aSourceLayout({ sounds: sound ? [{ ...sound, codec: 'ac4' }] : [] })
  expect(() => requireDecodable(layout, new Set(['h264', 'aac']))).toThrow('ac4')
})
