/** Where decoding can begin. */
export type KeyPictures = {
  /** When each key picture is shown, in the order of the file; the first {@link mostKeys} of them. */
  readonly keySeconds: readonly number[]
  /** From one key picture to the next, or to the end. */
  readonly longestGopSeconds: number
  /** Whether no picture behind a key picture is shown before it: only then can a file be cut there. */
  readonly hasClosedGops: boolean
}

/** As many as two seconds' groups make in two days. A file of nothing but key pictures must not fill the memory. */
const mostKeys = 100_000

/** Follows a video's pictures in the order of the file. */
export function createKeyPictures(): {
  add(seconds: number, isKey: boolean): void
  finish(endSeconds: number): KeyPictures
} {
  const keySeconds: number[] = []
  let last = 0
  let longestGopSeconds = 0
  let hasClosedGops = true
  let keys = 0
  return {
    add: (seconds, isKey) => {
      if (!isKey) {
        if (keys > 1 && seconds < last) hasClosedGops = false
        return
      }
      longestGopSeconds = Math.max(longestGopSeconds, seconds - last)
      last = seconds
      keys += 1
      if (keySeconds.length < mostKeys) keySeconds.push(seconds)
    },
    finish: (endSeconds) => ({
      keySeconds,
      longestGopSeconds: toMicroseconds(Math.max(longestGopSeconds, endSeconds - last)),
      hasClosedGops,
    }),
  }
}

/** Differences of binary fractions are a little more or less than what they stand for. */
function toMicroseconds(seconds: number): number {
  return Math.round(seconds * 1_000_000) / 1_000_000
}
