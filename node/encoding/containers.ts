import { isWindow } from './window-address.ts'

/** FFmpeg's demuxers for files that hold video. No playlist, no device, no still image, nothing that opens a second file. */
const videoDemuxers = [
  'mov',
  'matroska',
  'mpegts',
  'mpeg',
  'avi',
  'flv',
  'asf',
  'ogg',
  'mxf',
  'gif',
] as const

/** Sound alone is recognised only to be refused in plain words. */
const soundDemuxers = ['mp3', 'wav', 'flac', 'aac', 'aiff', 'caf', 'ac3', 'eac3', 'amr'] as const

const knownDemuxers: readonly string[] = [...videoDemuxers, ...soundDemuxers]

/** Formats whose clock may jump in the middle of a file, as in a recording put together from pieces. */
const jumpingDemuxers: readonly string[] = ['mpegts', 'mpeg']

/** The one name FFmpeg is told to open a file with, out of a list such as `mov,mp4,m4a,3gp,3g2,mj2`. */
export function demuxerOf(formatName: string): string | null {
  return formatName.split(',').find((name) => knownDemuxers.includes(name)) ?? null
}

export function mayJump(demuxer: string): boolean {
  return jumpingDemuxers.includes(demuxer)
}

/**
 * Options of every opening of a foreign file: nothing but that file, and no demuxer but these, whatever the file claims to be.
 * A window of this node's own needs HTTP, and then has no files; no demuxer here opens an address that a file names.
 */
export function confinement(
  input: string,
  demuxers: readonly string[] = knownDemuxers,
): readonly string[] {
  const protocols = isWindow(input)
    ? ['-protocol_whitelist', 'http,tcp', '-http_proxy', 'none', '-seekable', '1', '-icy', '0']
    : ['-protocol_whitelist', 'file,pipe']
  return [...protocols, '-format_whitelist', demuxers.join(',')]
}
