/** Runs something until the returned handle is disposed, which stops it and waits for its end. */
export function startLoop(run: (signal: AbortSignal) => Promise<void>): AsyncDisposable {
  const stopping = new AbortController()
  const ended = run(stopping.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await ended
    },
  }
}
