const timeText = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/
const lastTime = 0xffff_ffff

/** Seconds since 1970 of `2026-01-31T12:00:00` (UTC without a zone), or null if the text is not such a time in 32 bits. */
export function parseTime(text: string): number | null {
  if (!timeText.test(text)) return null
  const seconds = Date.parse(`${text}Z`) / 1000
  return seconds >= 0 && seconds <= lastTime ? seconds : null
}

/** The inverse of {@link parseTime}. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19)
}
