import type { JobSteps } from './job-steps.ts'
import { stepNames } from './job-steps.ts'
import type { LineOptions } from './step-line.ts'
import { stepLine } from './step-line.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const

/** What turns before a running step, by the number of the picture. */
export function spinnerFrame(picture: number): string {
  return frames[picture % frames.length] ?? ''
}

/** All steps of a job, one a line. */
export function stepLines(steps: JobSteps, options: LineOptions): readonly string[] {
  return stepNames.map((name) => stepLine(name, steps[name], options))
}
