import { expect, test } from 'vitest'
import type { JobScheduler, SchedulerOutcome } from '#market/ports/job-scheduler.ts'
import { startCheckQueue } from '#node/browser/check-queue.ts'
import type { Judgement } from '#node/browser/tree-judge.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { cid } from '#test/support/builders.ts'
import { silent } from '#test/support/peers.ts'

const lease = {
  job: EncodingJobId.parse('01234567-89ab-4def-8123-456789abcdef'),
  encoder: 'tab-1',
  fencingToken: 7,
}
const good: Judgement = {
  ok: true,
  result: {
    outputCid: cid('tree'),
    manifestPath: 'manifest.json',
    outputSizeBytes: 1,
    qualities: ['480p'],
  },
}

/** Checks one tree, and resolves to all that was done, in order. */
async function checked(
  judge: () => Promise<Judgement>,
  answer: SchedulerOutcome | { readonly ok: true },
): Promise<readonly string[]> {
  const done: string[] = []
  const note = (what: string) => async () => {
    done.push(what)
    return answer as never
  }
  const scheduler: Pick<JobScheduler, 'renewLease' | 'reportProgress' | 'completeJob' | 'failJob'> =
    {
      renewLease: note('renew'),
      reportProgress: note('report'),
      completeJob: note('complete'),
      failJob: async (_lease, { class: kind }) => note(`fail: ${kind}`)(),
    }
  const queue = startCheckQueue({ scheduler, logger: silent })
  const forget = async (): Promise<void> => void done.push('forget')
  queue.add({ lease, processingTimeSec: 1, forget, judge })
  // Nothing here waits for anything outside.
  await new Promise((resolve) => setImmediate(resolve))
  await queue[Symbol.asyncDispose]()
  return done
}

test('a good tree completes its job, and only then its segments go', async () => {
  expect(await checked(async () => good, { ok: true })).toEqual(['complete', 'forget'])
})

test('segments stay where the job is not the tab’s any more: whoever has it may want them', async () => {
  expect(await checked(async () => good, { ok: false, refusal: 'stale-token' })).toEqual([
    'complete',
  ])
})

test('a bad tree is gone before its job is given on', async () => {
  const bad: Judgement = { ok: false, reason: 'picture-black in 480p' }
  expect(await checked(async () => bad, { ok: true })).toEqual(['forget', 'fail: unsupported-here'])
})

test('a check that cannot be made says nothing against the tab, and keeps its work', async () => {
  const broken = async (): Promise<Judgement> => {
    throw new Error('no space left')
  }
  expect(await checked(broken, { ok: true })).toEqual(['fail: resource'])
})
