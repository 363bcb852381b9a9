import type { z } from 'zod'
import type { evidenceRoute } from '#protocol/api/evidence.ts'
import type { scorePointsRoute } from '#protocol/api/history.ts'
import type { StandingRole } from '#protocol/api/standing-role.ts'

export type Role = z.output<typeof StandingRole>
export type Evidence = z.output<typeof evidenceRoute.reply>['evidence'][number]
export type ScorePoint = z.output<typeof scorePointsRoute.reply>['points'][number]
export type Score = { readonly score: number; readonly low: number; readonly high: number }

export const roles: readonly Role[] = ['encoder', 'creator', 'arbiter']

export const roleNames: Readonly<Record<Role, string>> = {
  encoder: 'Encoder',
  creator: 'Creator',
  arbiter: 'Arbiter',
}

/** By whose custom each has its standing. */
export const customNames: Readonly<Record<Role, string>> = {
  encoder: 'Who pays for the work',
  creator: 'Whom the money went to',
  arbiter: 'Whose escrows it stood by',
}

const markWords: Readonly<Record<string, string>> = {
  late: 'late',
  refunded: 'gave money back',
  lost: 'lost a dispute',
  'took-unearned': 'took money for nothing',
  'wrong-dispute': 'disputed good work',
  withheld: 'withheld pay',
  'took-back': 'took money back for good work',
  silent: 'did not answer an award',
  slow: 'ruled late',
  asleep: 'has yet to rule',
  unexplained: 'ruled without a reason',
  'against-evidence': 'ruled against the evidence',
  contradicted: 'contradicted by another arbiter',
}

/** What is held against somebody, in words; one that is newer than this page by its own name. */
export function markText(mark: string): string {
  return markWords[mark] ?? mark
}

const linkWords: Readonly<Record<string, string>> = {
  award: 'Awarded',
  acceptance: 'Accepted, the money in escrow',
  delivery: 'Delivered',
  attestation: 'Checked',
  dispute: 'Disputed',
  settlement: 'Settled',
  ruling: 'Ruled by the arbiter',
  rating: 'Rated',
  lapse: 'Lapsed without an answer',
}

/** What a transaction behind a job did. */
export function linkText(what: string): string {
  return linkWords[what] ?? what
}

/** `412`, and between what it may lie. */
export function scoreText({ score, low, high }: Score): string {
  return `${score} (${low} to ${high})`
}
