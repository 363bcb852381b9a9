const types = {
  m3u8: 'application/vnd.apple.mpegurl',
  ts: 'video/mp2t',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
  aac: 'audio/aac',
  vtt: 'text/vtt; charset=utf-8',
  json: 'application/json',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
} as const

const byExtension: Readonly<Record<string, string>> = types

const unknown = 'application/octet-stream'

const packetBytes = 188

/** Bytes at the beginning of a file that tell what it is. */
export const tellingBytes = packetBytes + 1

/** What a file is called says what it is; null for one without an extension. */
export function typeByName(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!name.includes('.')) return null
  return byExtension[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? unknown
}

/**
 * What a file without a name is, by its beginning: playlists lead to playlists and segments by their ids alone, and players
 * look at the type. Nothing here is a type that a browser would run.
 */
export function typeByBeginning(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  if (text.startsWith('#EXTM3U')) return types.m3u8
  if (text.startsWith('WEBVTT')) return types.vtt
  if (text.startsWith('\xff\xd8\xff')) return types.jpg
  if (text[0] === 'G' && text[packetBytes] === 'G') return types.ts
  return /^.{4}(ftyp|styp|moof)/s.test(text) ? types.mp4 : unknown
}
