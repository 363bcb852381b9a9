import type { Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'

/** How far into a file a playlist must have shown what it is. */
const sniffedBytes = 65_536

/**
 * How files begin that only point to other files or addresses. Such a file is never given to FFmpeg: opening it could
 * make this machine fetch an address of a stranger's choice, or publish a file of its owner's.
 */
const playlistBeginnings: readonly RegExp[] = [
  /^#EXTM3U/i,
  /^#EXT-X-/im,
  /^ffconcat version/i,
  /^file\s+['"]?\S/i,
  /^v=0\s+o=/,
  /^\[playlist\]/i,
  /^\[reference\]/i,
  /^<(\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<?(MPD|SmoothStreamingMedia|asx|playlist|smil)\b/is,
  /^(https?|rtsps?|rtmps?|ftp|file|concat|tcp|udp):/i,
]

/** Measures a file before any program sees it. Rejects with `input-missing`, `input-empty` or `input-playlist`. */
export async function guardInput(path: string): Promise<{ readonly bytes: number }> {
  const stats = await statOf(path)
  if (!stats.isFile())
    throw new MarketError('input-missing', 'There is no such file, only a folder.')
  if (stats.size === 0) throw new MarketError('input-empty', 'The file is empty.')
  if (isPlaylist(await readBeginning(path)))
    throw new MarketError(
      'input-playlist',
      'The file is a playlist that points to other files; give the video itself.',
    )
  return { bytes: stats.size }
}

async function statOf(path: string): Promise<Stats> {
  return await stat(path).catch((cause: unknown) => {
    throw new MarketError('input-missing', 'There is no such file.', { path }, { cause })
  })
}

async function readBeginning(path: string): Promise<string> {
  const file = await open(path).catch((cause: unknown) => {
    throw new MarketError('input-missing', 'The file may not be read.', { path }, { cause })
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

function isPlaylist(beginning: string): boolean {
  const text = beginning.replace(/^\uFEFF/, '').trimStart()
  return !text.includes('\0') && playlistBeginnings.some((pattern) => pattern.test(text))
}
