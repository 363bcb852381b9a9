import type { Pool } from 'pg'
import type { JobPlans } from '../../ports/job-plans.ts'
import { createDecide, postpone } from './orchestration/decide.ts'
import { createDue } from './orchestration/due.ts'
import type { PlanRow } from './orchestration/plan-rows.ts'
import { planOf } from './orchestration/plan-rows.ts'
import { createAnnounce } from './scheduler/announcements.ts'

/** Plans in `job_plans`, and what they do to the queue. Time is the database's. */
export function createJobPlans(pool: Pool): JobPlans {
  return {
    find: async (job) => {
      const { rows } = await pool.query<PlanRow>('select * from job_plans where job_id = $1', [job])
      return rows[0] ? planOf(rows[0]) : null
    },
    due: createDue(pool),
    decide: createDecide({ pool, announce: createAnnounce(pool) }),
    postpone: async ({ job }, lookAgainMs) => {
      await postpone(pool, job, lookAgainMs)
    },
  }
}
