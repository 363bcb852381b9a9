import type { Readable } from 'node:stream'

/** No program here writes longer lines; a stream that does must not fill the memory. */
const longestLine = 65_536

/** Calls back for every non-empty line of a stream as soon as it is complete, and resolves at the stream's end. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split(/[\r\n]+/)
    rest = (lines.pop() ?? '').slice(0, longestLine)
    for (const line of lines) if (line !== '') onLine(line)
  }
  if (rest !== '') onLine(rest)
}

/** The last lines of a stream: enough for an error message, whatever a program writes. */
export type LineTail = {
  readonly lines: readonly string[]
  add(line: string): void
}

export function createLineTail(limit: number): LineTail {
  const lines: string[] = []
  return {
    lines,
    add: (line) => {
      lines.push(line.slice(0, 500))
      if (lines.length > limit) lines.shift()
    },
  }
}
