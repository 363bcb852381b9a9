import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { EncounterKind } from '../../domain/encounter.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** Remembers what a job has shown of an encoder, for the choice among later bids. Idempotent for each job and kind. */
export function noteEncounter(
  { encounters, ledger }: Pick<CreatorDeps, 'encounters' | 'ledger'>,
  job: JobId,
  encoder: HiveAccount,
  kind: EncounterKind,
): void {
  const { head } = ledger.current()
  if (head) encounters.note({ job, encoder, kind, at: head.time })
}
