/** What a shell reports of a program that wrote to a pipe which nobody reads any more. */
const brokenPipe = 141

/**
 * Ends the process quietly, as `head` and `less` expect of what writes to them, when whoever reads its output is gone.
 * Whoever has more to put away then listens to the stream as well, and ends the process by itself.
 */
export function endOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (stream.listenerCount('error') === 1) process.exit(brokenPipe)
    })
}
