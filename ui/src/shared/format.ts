/** `0.042 HBD` for milli-HBD: three decimals everywhere, so that columns of money line up. */
export function hbdText(milli: bigint | string): string {
  const amount = BigInt(milli)
  const digits = (amount < 0n ? -amount : amount).toString().padStart(4, '0')
  return `${amount < 0n ? '−' : ''}${digits.slice(0, -3)}.${digits.slice(-3)} HBD`
}

/** `45 s`, `2 min 05 s`, `3 h 20 min` or `2 d 4 h`: the two greatest units, as nobody reads three. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const whole = Math.max(0, Math.round(seconds))
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24]
  const [minutes, rest] = [Math.floor(whole / 60) % 60, whole % 60]
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  if (minutes > 0)
    return rest > 0 ? `${minutes} min ${String(rest).padStart(2, '0')} s` : `${minutes} min`
  return `${rest} s`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1.5 MB`: decimal units, as files are sold. */
export function bytesText(bytes: number): string {
  let amount = Math.max(0, bytes)
  let unit = 0
  while (amount >= 999.5 && unit < byteUnits.length - 1) {
    amount /= 1_000
    unit += 1
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : 1
  return `${amount.toFixed(digits)} ${byteUnits[unit]}`
}

/** `42 %` for a part of one. */
export function percentText(part: number, digits = 0): string {
  return `${(part * 100).toFixed(digits)} %`
}

/** `4.3×` for times real time. */
export function speedText(times: number): string {
  return `${times.toFixed(times < 10 ? 1 : 0)}×`
}

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })

/** `2 min. ago`, `in 3 hr.`, `now`: of two moments in milliseconds. */
export function agoText(at: number, now: number): string {
  const seconds = (at - now) / 1_000
  for (const [length, unit] of steps)
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
  if (Math.abs(seconds) < 5) return 'now'
  return relative.format(Math.trunc(seconds), 'second')
}

/** `bafybeig…3qwe` */
export function shortened(text: string, head = 8, tail = 4): string {
  if (text.length <= head + tail + 1) return text
  return `${text.slice(0, head)}…${text.slice(text.length - tail)}`
}

/** What a rendition is called: by its short side, so that an upright picture has the name of the one that lies. */
export function qualityText(size: { readonly width: number; readonly height: number }): string {
  return `${Math.min(size.width, size.height)}p`
}
