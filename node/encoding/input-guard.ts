import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import { openInput, windowBytes } from './open-input.ts'
import { isWindow } from './window-address.ts'

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

/**
 * Measures a file before any program sees it. Rejects with `input-missing`, `input-unreadable`, `input-empty` or
 * `input-playlist`.
 */
export async function guardInput(path: string): Promise<{ readonly bytes: number }> {
  const bytes = isWindow(path) ? await windowBytes(path) : await fileBytes(path)
  if (bytes === 0) throw new MarketError('input-empty', 'The file is empty.')
  if (isPlaylist(await readBeginning(path)))
    throw new MarketError(
      'input-playlist',
      'The file is a playlist that points to other files; give the video itself.',
    )
  return { bytes }
}

async function fileBytes(path: string): Promise<number> {
  const stats = await statOf(path)
  if (stats.isFile()) return stats.size
  if (stats.isDirectory())
    throw new MarketError('input-missing', 'There is no such file, only a folder.')
  throw new MarketError(
    'input-unreadable',
    `This is no regular file but ${kindOf(stats)}; write the video to a file first.`,
    { path },
  )
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}

async function statOf(path: string): Promise<Stats> {
  return await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw isForbidden(cause)
      ? new MarketError(
          'input-unreadable',
          'The file may not be looked at: this user may not enter a folder that it lies in.',
          { path },
          { cause },
        )
      : missing(path, cause)
  })
}

function missing(path: string, cause: unknown): MarketError {
  return new MarketError('input-missing', 'There is no such file.', { path }, { cause })
}

async function readBeginning(path: string): Promise<string> {
  await using input = await openInput(path).catch(async (cause: NodeJS.ErrnoException) => {
    throw isForbidden(cause) ? await unreadable(path, cause) : missing(path, cause)
  })
  return (await input.read(0, sniffedBytes)).toString('utf8')
}

function isForbidden({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EACCES' || code === 'EPERM'
}

/** Owners may permit themselves to read; for another's file it takes the administrator. */
async function unreadable(path: string, cause: unknown): Promise<MarketError> {
  const { uid } = await stat(path)
  const command = uid === process.getuid?.() ? 'chmod u+r' : 'sudo chmod o+r'
  const message = `The file may not be read by this user; permit it: ${command} ${quoted(path)}`
  return new MarketError('input-unreadable', message, { path }, { cause })
}

/** A path as shells take it. */
function quoted(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

function isPlaylist(beginning: string): boolean {
  const text = beginning.replace(/^\uFEFF/, '').trimStart()
  return !text.includes('\0') && playlistBeginnings.some((pattern) => pattern.test(text))
}
