import type { PeerView } from '#protocol/api/peers.ts'
import type { Palette } from '../supervisor/palette.ts'

const head = ['ACCOUNT', 'ROLES', 'WAY', 'MS', 'SCORE', 'TOPICS', 'IN', 'OUT', 'FOR', 'PEER']
/** Columns of figures are flush right. */
const figures = new Set(['MS', 'SCORE', 'IN', 'OUT', 'FOR'])

/** A table of peers, a line each below its head. `now` is in milliseconds since 1970. */
export function peerLines(
  peers: readonly PeerView[],
  { now, paint }: { readonly now: number; readonly paint: Palette },
): readonly string[] {
  if (peers.length === 0) return ['This node is connected to nobody.']
  const rows = peers.map((peer) => cellsOf(peer, now))
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return figures.has(head[column] ?? '') ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  const painted = (row: readonly string[], { way, score }: PeerView): string => {
    if (score < 0) return paint.bad(line(row))
    return way === 'direct' ? line(row) : paint.dim(line(row))
  }
  return [paint.strong(line(head)), ...peers.map((peer, index) => painted(rows[index] ?? [], peer))]
}

function cellsOf(peer: PeerView, now: number): readonly string[] {
  return [
    peer.account === null ? '-' : `@${peer.account}`,
    peer.roles.join(',') || '-',
    `${peer.way} ${peer.direction === 'inbound' ? 'in' : 'out'}`,
    peer.latencyMs === null ? '-' : peer.latencyMs.toFixed(0),
    peer.score.toFixed(1),
    peer.topics.join(',') || '-',
    bytesText(peer.bytesIn),
    bytesText(peer.bytesOut),
    spanText(now - peer.since),
    peer.peer,
  ]
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3_600)} h`
}
