import type { AuditVerdict } from '#market/services/verify-audit.ts'
import { createPalette } from '../supervisor/palette.ts'
import { tellFailure } from '../supervisor/tell-failure.ts'

/** How people, or programs, are told whether a log is whole. */
export type AuditView = {
  finish(verdict: AuditVerdict): void
  fail(error: { readonly code: string; readonly message: string }): void
}

type Broken = NonNullable<AuditVerdict['broken']>

const flaws: Readonly<Record<Broken['flaw'], (sequence: number) => string>> = {
  'content-changed': (sequence) => `Entry ${sequence} is not what was written.`,
  'chain-broken': (sequence) => `Entry ${sequence} does not follow the one before it.`,
  'entry-missing': (sequence) => `An entry before number ${sequence} is missing.`,
  'end-missing': (sequence) => `The log ends too early: entry ${sequence} is missing.`,
}

export function createAuditView(
  stream: NodeJS.WriteStream,
  { asJson }: { readonly asJson: boolean },
): AuditView {
  const print = (text: string): void => {
    stream.write(`${text}\n`)
  }
  if (asJson)
    return {
      finish: (result) => print(JSON.stringify({ result })),
      fail: (error) => print(JSON.stringify({ error })),
    }
  const paint = createPalette(stream)
  return {
    finish: ({ entries, tip, broken }) => {
      if (broken) print(`${paint.bad('broken:')} ${flaws[broken.flaw](broken.sequence)}`)
      const count = entries === 1 ? 'One entry is' : `${entries.toLocaleString('en')} entries are`
      print(`${broken ? count : `${paint.good('whole:')} ${count}`} sound, from the first on.`)
      if (tip) print(`${paint.dim('last sound one')} ${tip.sequence}:${tip.hash}`)
    },
    fail: tellFailure,
  }
}
