import type { Ffmpeg, FfmpegRun } from '../ffmpeg-process.ts'

export type TimeTrial = Omit<FfmpegRun, 'onProgress'> & {
  /** When it aborts, what was encoded so far is enough to judge by. */
  readonly budget: AbortSignal
}

/**
 * Frames a second of a command, its start included. A slow encoder is stopped when the budget is spent, and judged by
 * what it has done; 0 says that it was nothing. Rejects as {@link Ffmpeg.run} does.
 */
export async function framesPerSecond(
  { ffmpeg, now }: { readonly ffmpeg: Ffmpeg; readonly now: () => number },
  { signal, budget, ...run }: TimeTrial,
): Promise<number> {
  const began = now()
  let done = { frames: 0, milliseconds: 0 }
  const note = ({ frames }: { readonly frames: number }): void => {
    if (frames > done.frames) done = { frames, milliseconds: now() - began }
  }
  try {
    const { progress } = await ffmpeg.run({
      ...run,
      signal: AbortSignal.any([signal, budget]),
      onProgress: note,
    })
    return (1_000 * progress.frames) / Math.max(1, now() - began)
  } catch (error) {
    signal.throwIfAborted()
    if (!budget.aborted) throw error
    return done.frames === 0 ? 0 : (1_000 * done.frames) / done.milliseconds
  }
}
