import { z } from 'zod'
import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { escrowKey } from '#contracts/ledger.ts'
import { jobCreator } from '#protocol/ids.ts'
import { customInRole, noCustom, scoreInRole } from '../../domain/account-scores.ts'
import type { ChainQueries, JobsQuestion, PageOptions } from '../../ports/chain-queries.ts'
import { accountsPage, evidencePage, rolesOf } from './account-pages.ts'
import type { JobIndex } from './job-index.ts'
import { newestFirst } from './job-index.ts'
import { figuresOf } from './ledger-figures.ts'
import type { LedgerSources } from './ledger-sources.ts'
import { headOf } from './ledger-sources.ts'
import { comparePlaces, listPage } from './list-page.ts'
import { thinned } from './thinned-points.ts'

/** What a ledger answers; operations as they were said are not kept in one. */
export type LedgerQueries = Omit<ChainQueries, 'history'>

/** The chain as a ledger has it, in memory: the same answers as the tables give that are projected from the same blocks. */
export function createLedgerQueries(sources: LedgerSources): LedgerQueries {
  const { ledger, jobs, history } = sources
  return {
    at: async () => headOf(ledger()),
    reputation: async (account) => {
      const now = ledger()
      const at = headOf(now)
      if (!at) return { account, at, scores: [] }
      const { height } = at
      const scores = rolesOf(now, account).map((role) =>
        scoreInRole(now, { account, role, height }),
      )
      return { account, at, scores }
    },
    evidence: async (account, role, page) => evidencePage(jobs, { account, role }, page),
    points: async (account, question) => thinned(history.points(account, question.role), question),
    custom: async (account, role, limit) => {
      const now = ledger()
      return now.head
        ? customInRole(now, { account, role, height: now.head.height }, limit)
        : noCustom
    },
    accounts: async (question, page) => accountsPage(sources, question, page),
    jobs: async (question, page) => jobsPage(jobs, question, page),
    job: async (id) => {
      const job = ledger().jobs.get(id)
      return job ? { job, events: history.eventsOf(id), escrow: escrowOf(ledger(), job) } : null
    },
    jobsOfWhole: async (whole, limit) =>
      jobs
        .of(jobCreator(whole))
        .filter(({ creator, offer }) => offer.whole === whole && creator === jobCreator(whole))
        .toSorted((left, right) => newestFirst(right, left))
        .slice(0, limit),
    node: async (account) => ledger().nodes.get(account) ?? null,
    eventsAfter: async (sequence, limit) => history.eventsAfter(sequence, limit),
    figures: async (window) => {
      const now = ledger()
      return { at: headOf(now), ...figuresOf({ ledger: now, jobs, history }, window) }
    },
  }
}

/** A payer's numbers are used again: the transaction says whether it is the job's. */
function escrowOf({ escrows }: Ledger, job: Job): Escrow | null {
  if (job.phase === 'offered' || job.phase === 'cancelled') return null
  const escrow = escrows.get(escrowKey(job.creator, job.award.escrow))
  return escrow?.terms.opened.transaction === job.awardedAt.transaction ? escrow : null
}

const JobPlace = z.tuple([z.int(), z.string()])

function jobsPage(index: JobIndex, { creator, encoder, phases }: JobsQuestion, page: PageOptions) {
  const account = creator ?? encoder
  const all = account === undefined ? index.newest() : index.of(account).toSorted(newestFirst)
  const asked = all.filter(
    (job) =>
      (creator === undefined || job.creator === creator) &&
      (encoder === undefined || ('award' in job && job.award.encoder === encoder)) &&
      (phases === undefined || phases.includes(job.phase)),
  )
  return listPage(asked, page, {
    schema: JobPlace,
    place: ({ offeredAt, id }) => [offeredAt.height, id],
    isBehind: ({ offeredAt, id }, from) => comparePlaces([offeredAt.height, id], from) < 0,
  })
}
