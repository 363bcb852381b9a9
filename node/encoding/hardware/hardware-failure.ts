import { MarketError } from '#market/errors.ts'
import { failureFixes } from './failure-fixes.ts'
import type { FailureReason } from './failure-reason.ts'
import { exitReasons, failureTexts } from './failure-texts.ts'
import type { HardwareDevice } from './hardware-device.ts'

/** A failure in words for a person, and as a reason for a program. */
export type HardwareFailure = {
  readonly reason: FailureReason
  /** The line that gave it away, as FFmpeg or the system wrote it. */
  readonly evidence: string
  /** What a person can do about it on this system. */
  readonly fix: string
}

/**
 * Tells from a failed run what is wrong: by the log, whose most telling line is seldom the last, then by how the process
 * ended. A log that says nothing known is `unknown`, never a guess.
 */
export function classifyFailure(error: unknown, device: HardwareDevice): HardwareFailure {
  const log = logOf(error)
  for (const { reason, pattern } of failureTexts) {
    const evidence = log.find((line) => pattern.test(line))
    if (evidence !== undefined) return describeFailure(reason, evidence, device)
  }
  const evidence = log.at(-1) ?? 'FFmpeg said nothing.'
  return describeFailure(reasonOfExit(error), evidence, device)
}

export function describeFailure(
  reason: FailureReason,
  evidence: string,
  device: HardwareDevice,
): HardwareFailure {
  return { reason, evidence, fix: failureFixes[reason](device) }
}

/** Everything a failure has to say, its own sentence last. */
function logOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)]
  const { log = '' }: MarketError['meta'] = error instanceof MarketError ? error.meta : {}
  return [...String(log).split('\n'), error.message].filter((line) => line !== '')
}

/** FFmpeg 6.1 and later end with the low byte of an error number; a shell, and Windows, put a crash into the code. */
function reasonOfExit(error: unknown): FailureReason {
  if (!(error instanceof MarketError)) return 'unknown'
  const { exitCode, exitSignal } = error.meta
  if (exitSignal !== undefined) return 'crashed'
  if (typeof exitCode !== 'number') return 'output-wrong'
  return exitReasons.get(exitCode) ?? (exitCode > 0xff ? 'crashed' : 'unknown')
}
