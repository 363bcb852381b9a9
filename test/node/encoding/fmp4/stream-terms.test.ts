import { describe, expect, test } from 'vitest'
import { av1Config, av1Terms } from '#node/encoding/fmp4/av1-config.ts'
import { hevcTerms } from '#node/encoding/fmp4/hevc-config.ts'
import { vp9Config, vp9Terms } from '#node/encoding/fmp4/vp9-config.ts'

/** Streams of known encoders, the beginnings of their pictures cut off behind what is read. */
const hex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const boxHead = 8

describe('H.265', () => {
  /** x265 3.5, 320x180 at 30 frames a second, main profile, level 3.0. */
  const sets = {
    video: '40010c01ffff01600000030090000003000003005a959809',
    sequence:
      '42010101600000030090000003000003005aa00a080b9f796566924caf016a0202034820000003002000000303c1',
    picture: '4401c172b42240',
  }
  const array = (kind: string, unit: string) =>
    `${kind}0001${(unit.length / 2).toString(16).padStart(4, '0')}${unit}`
  const config = (profile = '01600000009000000000005a', { sequence } = sets) =>
    hex(
      `01${profile}f000fcfdf8f800000f03${array('a0', sets.video)}${array('a1', sequence)}${array('a2', sets.picture)}`,
    )
  const refresh = hex('00000004 28010000 ')

  test('is named by profile, what it is compatible with, tier, level and constraints', () => {
    expect(hevcTerms(config(), refresh)).toEqual({
      ...{ codecs: 'hvc1.1.6.L90.90', isMain: true, level: 3, width: 320, height: 180 },
    })
  })

  test('of main 10 in high tier at level 5.1 is what Apple calls hvc1.2.4.H153.B0, and no main', () => {
    const sequence = sets.sequence
      .replace('0160000003009000000300000300', '22200000 0300b00000030000 0300'.replaceAll(' ', ''))
      .replace('005aa0', '0099a0')
    const terms = hevcTerms(
      config('222000000 0b000000000 0099'.replaceAll(' ', ''), { ...sets, sequence }),
      refresh,
    )
    expect(terms).toMatchObject({ codecs: 'hvc1.2.4.H153.B0', isMain: false, level: 5.1 })
  })

  test('is refused where its configuration says otherwise, or the picture refreshes nothing', () => {
    expect(() => hevcTerms(config('01600000009000000000005d'), refresh)).toThrow(RangeError)
    expect(() => hevcTerms(config(), hex('0000000402010000'))).toThrow(RangeError)
    expect(() => hevcTerms(config().subarray(0, -1), refresh)).toThrow(RangeError)
  })
})

describe('VP9', () => {
  const frame = hex('824983420013f00b3600')

  test('is named by profile, level and depth; its level is the rendition’s', () => {
    const config = vp9Config({ level: '4.1' }).subarray(boxHead)
    expect(vp9Terms(config, frame)).toEqual({
      ...{ codecs: 'vp09.00.41.08', isMain: true, level: 4.1, width: 320, height: 180 },
    })
  })

  test('is refused where the frame is no key frame, or of another profile', () => {
    const config = vp9Config({ level: '3.1' }).subarray(boxHead)
    expect(() => vp9Terms(config, hex('864983420013f00b3600'))).toThrow(RangeError)
    expect(() => vp9Terms(config, hex('a24983420013f00b3600'))).toThrow(RangeError)
    expect(() => vp9Terms(config, hex('8249'))).toThrow(RangeError)
  })
})

describe('AV1', () => {
  /** SVT-AV1 1.4.1, 320x180 at 30 frames a second: a sequence header, and the head of a key frame. */
  const header = '0a0e000000043cfeccfbf9901010104 0'.replace(' ', '')
  const picture = hex(`${header} 3202 1000`)

  test('is named by profile, level, tier and depth, as its sequence header has them', () => {
    const config = av1Config(picture).subarray(boxHead)
    expect(Buffer.from(config).toString('hex')).toBe(`81000c00${header}`)
    expect(av1Terms(config, picture)).toEqual({
      ...{ codecs: 'av01.0.00M.08', isMain: true, level: 2, width: 320, height: 180 },
    })
  })

  test('of 1080p is at level 4.0, which its name counts as 8', () => {
    const large = hex('0a0e00000042abbfc373efe6404040413202 1000')
    const config = av1Config(large).subarray(boxHead)
    expect(av1Terms(config, large)).toMatchObject({
      ...{ codecs: 'av01.0.08M.08', level: 4, width: 1920, height: 1080 },
    })
  })

  test('is refused where its configuration is of another header, or the picture is no key frame', () => {
    const config = av1Config(picture).subarray(boxHead)
    expect(() => av1Terms(config, hex('0a0e000000043cfeccfbf99010101050 3202 1000'))).toThrow(
      RangeError,
    )
    expect(() => av1Terms(config, hex(`${header} 3202 3000`))).toThrow(RangeError)
    expect(() => av1Terms(config, hex('3202 1000'))).toThrow(RangeError)
  })
})
