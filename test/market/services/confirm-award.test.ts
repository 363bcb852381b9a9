import { expect, test } from 'vitest'
import type { CreatorJob, CreatorJobIn } from '#market/domain/creator-job.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import { confirmAward } from '#market/services/creator/confirm-award.ts'
import type { CreatorDeps } from '#market/services/creator/creator-deps.ts'
import {
  aBid,
  anOffer,
  bob,
  carol,
  escrowId,
  hashHex,
  hbd,
  jobId,
  salt,
} from '../../support/builders.ts'
import { genesis } from '../../support/test-chain.ts'

const awarding: CreatorJobIn<'awarding'> = {
  phase: 'awarding',
  id: jobId('alice'),
  offer: anOffer(),
  salt,
  postedAt: 0,
  awards: 1,
  setAside: [],
  choice: {
    bid: aBid(),
    bidHash: hashHex('bid'),
    arbiter: carol,
    fee: hbd(1n),
    escrow: escrowId(1),
  },
}

/** The phase that a job has after its latest award's transaction was looked at. */
function afterLooking(
  entry: Pick<OutboxEntry, 'phase' | 'complaint'> | null,
  awards = 1,
): CreatorJob {
  const looked = { ...awarding, awards }
  let job: CreatorJob = looked
  const deps = {
    outbox: { find: () => entry },
    ledger: { current: genesis, isSynced: () => true, isTrusted: () => true },
    jobs: {
      save: (saved: CreatorJob) => {
        job = saved
      },
    },
    events: { append: () => undefined },
    content: { unpin: () => undefined },
    clock: { now: () => 0 },
    options: { bidSeconds: 30 },
  }
  confirmAward(deps as unknown as CreatorDeps, looked)
  return job
}

test('an award that may still be in a block is waited for, whatever was said against it', () => {
  expect(afterLooking({ phase: 'signed', complaint: null })).toEqual(awarding)
  expect(afterLooking({ phase: 'signed', complaint: 'no funds' })).toEqual(awarding)
})

test('an award that no block took is awarded anew, to the same encoder too', () => {
  const job = afterLooking({ phase: 'expired', complaint: null })
  expect(job).toMatchObject({ phase: 'bidding', awards: 1, setAside: [] })
})

test('a refusal that may be a lie, or over by now, is not believed at once', () => {
  const job = afterLooking({ phase: 'expired', complaint: 'insufficient funds' }, 2)
  expect(job).toMatchObject({ phase: 'bidding', setAside: [] })
})

test('an award that the chain refuses again and again fails the job, and says why', () => {
  const job = afterLooking({ phase: 'expired', complaint: 'insufficient funds' }, 3)
  expect(job).toMatchObject({ phase: 'failed', code: 'transaction-refused' })
  expect(job).toHaveProperty('message', expect.stringContaining('insufficient funds'))
})

test('an award in a block that the market refused sets its encoder aside', () => {
  const job = afterLooking({ phase: 'confirmed', complaint: null })
  expect(job).toMatchObject({ phase: 'bidding', setAside: [bob] })
})
