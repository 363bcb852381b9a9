import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createCreatorJobStore } from '#market/adapters/sqlite/job-stores.ts'
import type { CreatorJob } from '#market/domain/creator-job.ts'
import { withinAllowance } from '#market/services/creator/within-allowance.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { account, anOffer, aRegistration, hashHex, hbd, jobId } from '#test/support/builders.ts'
import { aRegistry } from '#test/support/peers.ts'

const [fair, dear] = [account('fair'), account('dear')]
const arbiters = [fair, dear]
const hourMs = 3_600_000
const now = 100 * hourMs
const allowance = { perJob: hbd(100n), perDay: hbd(250n) }

const arbiter = (name: HiveAccount, fee: bigint) =>
  ({
    ...aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(fee) } }),
    account: name,
    phase: 'active',
  }) as never

/** A creator's purse book: what it has posted, and what arbiters ask. */
function aCreator(fees: { readonly fair: bigint; readonly dear: bigint }) {
  const jobs = createCreatorJobStore(openDatabase(':memory:').database)
  const ledger = aRegistry(arbiter(fair, fees.fair), arbiter(dear, fees.dear))
  let count = 0
  const post = (ceiling: bigint, hoursAgo: number, state: object = {}): void => {
    count += 1
    const id = jobId('alice', count)
    const offer = anOffer({ job: id, ceiling: hbd(ceiling), arbiters: [fair] })
    const posted = { id, offer, salt: hashHex('salt'), postedAt: now - hoursAgo * hourMs }
    jobs.save({ phase: 'offering', awards: 0, setAside: [], ...posted, ...state } as CreatorJob)
  }
  const bound = (ceiling: bigint) =>
    withinAllowance(
      { ledger, jobs, clock: { now: () => now } },
      anOffer({ ceiling: hbd(ceiling), arbiters }),
      allowance,
    )
  return { post, bound }
}

test('a ceiling leaves room for the dearest arbiter, and is never raised', () => {
  const { bound } = aCreator({ fair: 2n, dear: 30n })
  expect(bound(500n)).toMatchObject({ ceiling: 70n, arbiters })
  expect(bound(20n)).toMatchObject({ ceiling: 20n, arbiters })
})

test('an arbiter that asks more than half of what a job may cost is left out', () => {
  expect(aCreator({ fair: 2n, dear: 51n }).bound(500n)).toMatchObject({
    ceiling: 98n,
    arbiters: [fair],
  })
  expect(() => aCreator({ fair: 60n, dear: 51n }).bound(500n)).toThrow(
    expect.objectContaining({ code: 'arbiter-missing' }),
  )
})

test('what was posted in a day counts, whoever asked for it and whatever became of it', () => {
  const { post, bound } = aCreator({ fair: 2n, dear: 2n })
  post(70n, 25)
  post(70n, 23)
  post(70n, 1, { phase: 'failed', awards: 1, code: 'no-bids', message: 'given back' })
  expect(bound(98n)).toMatchObject({ ceiling: 98n })
  post(5n, 0)
  expect(() => bound(98n)).toThrow(expect.objectContaining({ code: 'quota-exceeded' }))
  expect(bound(92n)).toMatchObject({ ceiling: 92n })
})

test('a job that nobody was awarded costs nothing', () => {
  const { post, bound } = aCreator({ fair: 2n, dear: 2n })
  post(240n, 1, { phase: 'failed', code: 'no-bids', message: 'none' })
  expect(bound(98n)).toMatchObject({ ceiling: 98n })
})
