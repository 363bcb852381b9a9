import type { Lifetime, LifetimeOptions } from '../lifetime.ts'
import { createLifetime } from '../lifetime.ts'
import { explain } from './explain.ts'

/** Serves until the process is stopped, and ends it: with 0 where it was asked to stop, with 1 and one sentence where it failed. */
export async function runServer(
  serve: (lifetime: Lifetime) => Promise<void>,
  options?: LifetimeOptions,
): Promise<void> {
  const lifetime = createLifetime(options)
  try {
    await serve(lifetime)
    lifetime.end(0)
  } catch (error) {
    if (lifetime.signal.aborted) lifetime.end(0)
    const { code, message } = explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    lifetime.end(1)
  }
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}
