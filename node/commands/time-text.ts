/** Seconds since 1970 as people read them: "2026-01-01 00:00:00 UTC". */
export function timeText(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
