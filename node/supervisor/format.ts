const units = ['kB', 'MB', 'GB', 'TB'] as const

/** 4139823 as "4.1 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const power = units.findIndex(
    (_, index) => Number((bytes / 1_000 ** (index + 1)).toFixed(1)) < 1_000,
  )
  const index = power === -1 ? units.length - 1 : power
  return `${(bytes / 1_000 ** (index + 1)).toFixed(1)} ${units[index]}`
}

/** 95.4 as "1:35". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  const hours = Math.floor(whole / 3_600)
  const minutes = Math.floor((whole % 3_600) / 60)
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** 95 as "1:35 left". */
export function formatEta(seconds: number): string {
  return `${formatDuration(seconds)} left`
}

/** 54 % of a bar of the given width, in eighths of a character. */
export function formatBar(percent: number, width: number): string {
  const eighths = Math.round((Math.max(0, Math.min(100, percent)) / 100) * width * 8)
  const full = '█'.repeat(Math.floor(eighths / 8))
  const rest = eighths % 8 === 0 ? '' : (' ▏▎▍▌▋▊▉'[eighths % 8] ?? '')
  return `${full}${rest}`.padEnd(width, '░')
}

/** A text of at most so many characters, with a mark where it was cut. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** A content id by its ends: what tells it from others at a glance. The whole one is told where it is of use. */
export function formatCid(cid: string): string {
  return `${cid.slice(0, 9)}…${cid.slice(-6)}`
}
