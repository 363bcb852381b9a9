import type { ChainPoint } from '#contracts/block-context.ts'
import type { Role } from '#contracts/deeds.ts'
import type { Escrow } from '#contracts/escrow.ts'
import type { EvidenceLink } from '#contracts/explain-standing.ts'
import type { HistoryBlock, Sample } from '#contracts/fold-history.ts'
import type { Job } from '#contracts/job.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import type { Merits, Score } from '#contracts/reputation.ts'
import type { BlockHeight, BlockId, ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import type { ProjectedEvent, ProjectedPoint } from './projection-store.ts'

/** A run of a longer list. `next` is where it goes on, for the same question only; null at the end. */
export type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null }

export type PageOptions = {
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** 1 to 500. */
  readonly limit: number
}

/** A block that answers are as of. */
export type AnsweredAt = {
  readonly height: BlockHeight
  readonly block: BlockId
  readonly time: ChainTime
}

/** How an account stands in a role, with the terms that the score is made of: in nano-HBD as they have faded by then. */
export type AccountScore = Score &
  Merits & {
    readonly role: Role
    readonly deeds: number
    /** What was held against it, and how often. */
    readonly marks: Readonly<Record<string, number>>
  }

export type AccountReputation = {
  readonly account: HiveAccount
  /** Null before the first block. */
  readonly at: AnsweredAt | null
  /** One for each role that was played or registered for. */
  readonly scores: readonly AccountScore[]
}

/** What one job says of an account, and the transactions that it follows from. */
export type EvidenceEntry = {
  readonly job: JobId
  readonly counterpart: HiveAccount | null
  readonly at: ChainPoint
  /** Micro-HBD of good work, and of faults, before they fade. */
  readonly good: bigint
  readonly fault: bigint
  readonly marks: readonly string[]
  readonly links: readonly EvidenceLink[]
  /** The job as it stands. */
  readonly record: Job
}

/** What a score was after a block. */
export type ScorePoint = Omit<ProjectedPoint, 'account' | 'role'>

/** Heights, both ends within; `points` 2 to 500. */
export type PointsQuestion = {
  readonly role: Role
  readonly from: number
  readonly to: number
  readonly points: number
}

/** What an account is credited for by one counterpart, in nano-HBD as they have faded by then. */
export type CustomEntry = {
  readonly counterpart: HiveAccount
  readonly good: bigint
  readonly credit: bigint
  readonly elsewhere: bigint
  readonly returned: bigint
}

export type CustomView = {
  /** The most credited first. */
  readonly custom: readonly CustomEntry[]
  readonly others: { readonly counterparts: number; readonly good: bigint; readonly credit: bigint }
}

export type HistoryQuestion = {
  readonly accounts: readonly HiveAccount[]
  readonly role: Role
  /** The last block that is looked at. */
  readonly until: number
} & PageOptions

/** Operations that standings follow from, and what is known of deliveries from blocks that are not among them. */
export type ChainHistory = {
  readonly operationId: string
  readonly blocks: readonly HistoryBlock[]
  readonly deliveries: readonly (Sample & { readonly job: JobId })[]
  readonly next: string | null
}

export type AccountsQuestion = {
  readonly role: Role
  /** What the account's name begins with. */
  readonly search?: string | undefined
  readonly sort?: AccountsOrder | undefined
}
export type AccountsOrder = 'score' | 'account' | 'active'

export type AccountEntry = Score & {
  readonly account: HiveAccount
  readonly deeds: number
  /** All in which it stands. */
  readonly roles: readonly Role[]
  /** When something last changed its record or its registration. */
  readonly activeTime: ChainTime
  /** What it registered last; null for who never did. */
  readonly node: NodeRecord | null
}

/** One step of a job. Sequences rise with the chain and are the same in every database that was made from it. */
export type ChainEvent = ProjectedEvent & { readonly sequence: number }

/** Of which jobs; a member that is absent asks for nothing. */
export type JobsQuestion = {
  readonly creator?: HiveAccount | undefined
  readonly encoder?: HiveAccount | undefined
  readonly phases?: readonly Job['phase'][] | undefined
}

export type ChainJob = {
  readonly job: Job
  readonly events: readonly ChainEvent[]
  /** That of the award that stands; null where there is none, or nothing is left in it. */
  readonly escrow: Escrow | null
}

/** Money is in milli-HBD. */
export type NetworkFigures = {
  readonly at: AnsweredAt | null
  /** What escrows hold now. */
  readonly held: bigint
  readonly days: readonly DayFigures[]
  /** Of the awards that were accepted in the window; null where none was. */
  readonly medianPrice: bigint | null
  readonly medianPricePerMinute: bigint | null
}

export type DayFigures = {
  /** Seconds since 1970 of its beginning, UTC. */
  readonly day: number
  readonly acceptedJobs: number
  readonly escrowed: bigint
  readonly paid: bigint
  readonly returned: bigint
}

/** Times of the chain, from the first to before the second. */
export type Window = { readonly from: number; readonly to: number }

/** What the chain says, from tables: as of the last block that was projected, whichever process did. */
export interface ChainQueries {
  at(): Promise<AnsweredAt | null>
  /** The scores of an account, as exact as if all blocks had been folded. An account that is unknown has none. */
  reputation(account: HiveAccount): Promise<AccountReputation>
  /** Newest first. Rejects with `request-invalid` for a place that no page ended at. */
  evidence(account: HiveAccount, role: Role, page: PageOptions): Promise<Page<EvidenceEntry>>
  /** Oldest first; thinned to even distances where there are more. */
  points(
    account: HiveAccount,
    question: PointsQuestion,
  ): Promise<{ readonly points: readonly ScorePoint[]; readonly isThinned: boolean }>
  /** By whose custom an account stands where it does; no more than `limit` of them one by one. */
  custom(account: HiveAccount, role: Role, limit: number): Promise<CustomView>
  /** The operations that follow from nothing else: whoever folds them has the same scores. */
  history(question: HistoryQuestion): Promise<ChainHistory>
  /** Everybody in a role: the best score first, as of its last change or the last checkpoint, unless asked otherwise. */
  accounts(question: AccountsQuestion, page: PageOptions): Promise<Page<AccountEntry>>
  /** The newest offer first. */
  jobs(question: JobsQuestion, page: PageOptions): Promise<Page<Job>>
  job(id: JobId): Promise<ChainJob | null>
  /** The jobs of its creator that name a whole, the earliest offer first, and so many of them at the most. */
  jobsOfWhole(whole: JobId, limit: number): Promise<readonly Job[]>
  /** What an account registered last; null for who never did. */
  node(account: HiveAccount): Promise<NodeRecord | null>
  /** Steps of all jobs behind a sequence, in order. */
  eventsAfter(sequence: number, limit: number): Promise<readonly ChainEvent[]>
  figures(window: Window): Promise<NetworkFigures>
}
