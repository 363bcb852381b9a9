import type { Rendition } from '#protocol/ladder.ts'
import type { HardwareDevice } from './hardware-device.ts'

/**
 * Decoding and scaling stay in software, by the very filters of the recipe, and only finished pictures go up to the
 * device. The price is a core's time for each stream and a copy over the bus. It buys pictures that are those of the
 * recipe to the bit, on any device: frames cut on the exact grid, rotation, fields and high dynamic range treated alike,
 * any source a device cannot decode, and no filter graph that works with one vendor's frames and fails with another's.
 */

/** Of the cap, what a codec that aims at an average is to aim at; the rest is for scenes that need it. */
const averagePercent = 80

/** Opens the device for the filters that hand pictures over. Stands before the input. */
export function deviceArguments({ encoder, device }: HardwareDevice): readonly string[] {
  if (encoder === 'h264_vaapi')
    return ['-init_hw_device', `vaapi=gpu:${device}`, '-filter_hw_device', 'gpu']
  if (encoder !== 'h264_qsv') return []
  return device === ''
    ? ['-init_hw_device', 'qsv=gpu', '-filter_hw_device', 'gpu']
    : [
        ...['-init_hw_device', `vaapi=node:${device}`, '-init_hw_device', 'qsv=gpu@node'],
        ...['-filter_hw_device', 'gpu'],
      ]
}

/** Hands finished pictures to the device; follows the filters of a rendition. The others take pictures from memory. */
export function uploadFilters({ encoder }: HardwareDevice): readonly string[] {
  if (encoder === 'h264_vaapi') return ['format=nv12', 'hwupload']
  if (encoder === 'h264_qsv') return ['format=nv12', 'hwupload=extra_hw_frames=64']
  return ['format=nv12']
}

/**
 * One rendition's encoder: its cap on every codec, closed groups of exactly one segment, its profile and level, BT.709.
 *
 * Group length, forced key frames and no cuts of its own say the same thing three times, since no codec honours each of
 * them; a segment that begins elsewhere is found by its frame count.
 */
export function hardwareEncoderArguments(
  device: HardwareDevice,
  { kbps, profile, level }: Pick<Rendition, 'kbps' | 'profile' | 'level'>,
  {
    segmentFrames,
    keyFrames,
  }: {
    readonly segmentFrames: number
    /** The value of `-force_key_frames`. */
    readonly keyFrames: string
  },
): readonly string[] {
  return [
    ...['-c:v', device.encoder, ...codecArguments(device, kbps)],
    ...['-maxrate', `${kbps}k`, '-bufsize', `${2 * kbps}k`],
    ...['-profile:v', profile, '-level:v', level],
    ...['-g', String(segmentFrames), '-force_key_frames', keyFrames],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'],
    ...['-color_range', 'tv', '-bsf:v', bitstreamFilters(device)],
  ]
}

/** Rate control, and what keeps groups closed, in each codec's own words. No figure here was tuned on a device of ours. */
function codecArguments({ encoder, device, isLowPower }: HardwareDevice, kbps: number): string[] {
  const average = ['-b:v', `${Math.round((kbps * averagePercent) / 100)}k`]
  switch (encoder) {
    case 'h264_nvenc':
      return [
        ...['-gpu', device, '-preset', 'p5', '-tune', 'hq', '-rc', 'vbr', '-cq', '23', '-b:v', '0'],
        ...['-spatial-aq', '1', '-bf', '2', '-forced-idr', '1', '-no-scenecut', '1'],
      ]
    case 'h264_vaapi':
      return [
        ...['-rc_mode', 'VBR', ...average, '-bf', '2', '-idr_interval', '0'],
        ...(isLowPower ? ['-low_power', '1'] : []),
      ]
    case 'h264_qsv':
      return [
        ...['-preset', 'medium', ...average, '-bf', '2', '-idr_interval', '0', '-forced_idr', '1'],
        ...['-look_ahead', '0', '-adaptive_i', '0', '-adaptive_b', '0', '-b_strategy', '0'],
        ...(isLowPower ? ['-low_power', '1'] : []),
      ]
    case 'h264_videotoolbox':
      // Its own options stay at what they are: not in real time, and never by Apple's software encoder.
      return [...average, '-bf', '0']
    case 'h264_amf':
      return [
        ...['-usage', 'transcoding', '-quality', 'quality', '-rc', 'vbr_peak', ...average],
        ...['-bf', '0', '-forced_idr', '1'],
      ]
  }
}

/**
 * AMF may write its parameter sets but once, where every segment needs them. Each frame is written with a decoding time
 * of its own, one tick ahead of showing at least, so that there is a place for the one it gets in the end: what a tick is
 * to `setts` differs from version to version, and without a word about `pts` it makes it the decoding time. (It came with
 * FFmpeg 4.4.)
 */
function bitstreamFilters({ encoder }: HardwareDevice): string {
  const colors = 'colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1'
  return [
    ...(encoder === 'h264_amf' ? ['dump_extra=freq=keyframe'] : []),
    `h264_metadata=video_full_range_flag=0:${colors}`,
    'setts=pts=PTS:dts=DTS-1',
  ].join(',')
}
