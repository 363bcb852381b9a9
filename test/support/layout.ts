import type { SourceColor } from '#node/encoding/source-color.ts'
import type { SourceLayout } from '#node/encoding/source-layout.ts'
import type { VideoLayout } from '#node/encoding/video-layout.ts'

export function aColor(overrides: Partial<SourceColor> = {}): SourceColor {
  return {
    matrix: 'bt709',
    isFullRange: false,
    hdr: 'none',
    wide: null,
    primaries: null,
    transfer: null,
    ...overrides,
  }
}

/** An ordinary video of 720 lines whose first picture comes a little late. */
export function aVideoLayout(overrides: Partial<VideoLayout> = {}): VideoLayout {
  return {
    index: 0,
    codec: 'h264',
    profile: null,
    level: null,
    decoder: null,
    width: 1280,
    height: 720,
    stored: { width: 1280, height: 720, aspect: { numerator: 1, denominator: 1 } },
    orientation: { filters: [], isTurned: false },
    pixelFormat: 'yuv420p',
    bitDepth: 8,
    hasAlpha: false,
    color: aColor(),
    fields: 'progressive',
    timeBase: { numerator: 1, denominator: 1000 },
    startPts: 83,
    claimedRates: [],
    declaredSeconds: null,
    ...overrides,
  }
}

export function aSourceLayout(overrides: Partial<SourceLayout> = {}): SourceLayout {
  return {
    path: '/video.mkv',
    demuxer: 'matroska',
    video: aVideoLayout(),
    audioStream: 1,
    sounds: [
      {
        index: 1,
        codec: 'aac',
        profile: 'LC',
        channels: 2,
        channelLayout: 'stereo',
        sampleRate: 48_000,
        language: null,
        delaySeconds: 0,
      },
    ],
    subtitles: [],
    timeBases: new Map(),
    declaredSeconds: null,
    ...overrides,
  }
}
