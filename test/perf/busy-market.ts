import { challengeOf } from '#contracts/delivering.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { JobAward } from '#protocol/award.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import {
  account,
  aDelivery,
  anAward,
  anOffer,
  aRegistration,
  cid,
  encoderProfile,
  escrowId,
  hashHex,
  hbd,
  jobId,
  salt,
  sha256,
  time,
} from '#test/support/builders.ts'
import { genesis, nextBlock, says, startTime, testNetwork } from '#test/support/test-chain.ts'

export type BusyMarket = {
  readonly blocks: number
  /** Jobs that begin in each block; a fraction begins one every so many. */
  readonly jobsPerBlock: number
}

const people = (kind: string, count: number): readonly HiveAccount[] =>
  Array.from({ length: count }, (_, index) => account(`${kind}${index}`))
const creators = people('creator', 200)
const encoders = people('encoder', 50)
const arbiters = people('arbiter', 5)

type BusyJob = {
  readonly offer: ReturnType<typeof anOffer>
  readonly award: JobAward
  readonly creator: HiveAccount
}

/** Blocks after the offer in which the money is paid: the delivery's challenge has to be known by then. */
const payment = 8

/** A market that is never idle: each job is offered, awarded, accepted, delivered, attested, paid and rated, a step a block. */
export function* busyMarket({ blocks, jobsPerBlock }: BusyMarket): Generator<LedgerBlock> {
  let ledger = genesis()
  let previous: LedgerBlock | undefined
  const begun: BusyJob[][] = []
  let started = 0
  for (let number = 1; number <= blocks; number += 1) {
    const due = number < blocks - payment ? Math.floor(number * jobsPerBlock) - started : 0
    begun.push(Array.from({ length: due }, (_, index) => aBusyJob(started + index)))
    started += due
    const at = (age: number) => begun.at(-1 - age) ?? []
    const transactions = [
      ...(number === 1 ? registrations() : []),
      ...at(1).map(offered),
      ...at(2).map(awarded),
      ...at(3).map(approved),
      ...at(4).map(delivered),
      ...at(1 + payment).map((job) => paid(job, ledger)),
    ]
    const block: LedgerBlock = nextBlock(previous, transactions)
    ledger = foldBlocks(ledger, [block], testNetwork).ledger
    previous = block
    if (begun.length > payment + 2) begun.shift()
    yield block
  }
}

function aBusyJob(number: number): BusyJob {
  const creator = creators[number % creators.length] ?? account('creator0')
  const encoder = encoders[number % encoders.length] ?? account('encoder0')
  const arbiter = arbiters[number % arbiters.length] ?? account('arbiter0')
  const id: JobId = jobId(creator, number + 1)
  const end = time(startTime + 2_000_000)
  const offer = anOffer({ job: id, arbiters: [arbiter], bidsUntil: end, deliverBy: end })
  const bid = hashHex(`bid ${number}`)
  const award = { job: id, encoder, arbiter, bid, readyBy: end, escrow: escrowId(number + 1) }
  return { creator, offer, award: anAward(award) }
}

function registrations(): readonly (readonly LedgerAction[])[] {
  const encoder = { roles: ['encoder' as const], encoder: encoderProfile }
  const arbiter = { roles: ['arbiter' as const], arbiter: { fee: hbd(1n) } }
  return [
    ...encoders.map((who) => [says(who, aRegistration(encoder))]),
    ...arbiters.map((who) => [says(who, aRegistration(arbiter))]),
  ]
}

const sides = ({ creator, award }: BusyJob) => ({
  from: creator,
  to: award.encoder,
  agent: award.arbiter,
  escrow: award.escrow,
})

const offered = ({ creator, offer }: BusyJob): readonly LedgerAction[] => [says(creator, offer)]

function awarded(job: BusyJob): readonly LedgerAction[] {
  const { award, creator } = job
  const meta = canonicalJson({ app: testNetwork.operationId, job: award.job, bid: award.bid })
  const money = { hbd: award.price, hive: '0', fee: hbd(1n) }
  const deadlines = {
    ratificationDeadline: time(startTime + 2_000_000),
    expiration: time(startTime + 3_000_000),
  }
  return [
    { type: 'escrow-transfer', ...sides(job), ...money, meta, ...deadlines },
    says(creator, award),
  ]
}

function approved(job: BusyJob): readonly LedgerAction[] {
  const approval = { type: 'escrow-approve', ...sides(job), approve: true } as const
  const { encoder, arbiter } = job.award
  return [
    { ...approval, who: encoder },
    { ...approval, who: arbiter },
    { type: 'escrow-approved', ...sides(job) },
  ]
}

const delivered = ({ award, offer }: BusyJob): readonly LedgerAction[] => [
  says(award.encoder, aDelivery(offer)),
]

function paid(job: BusyJob, { jobs }: Ledger): readonly LedgerAction[] {
  const { creator, award } = job
  const known = jobs.get(award.job)
  if (known?.phase !== 'delivered') throw new Error(`${award.job} is ${known?.phase}`)
  const challenge = challengeOf(known, salt, sha256)
  if (!challenge) throw new Error(`${award.job} has no challenge yet`)
  return [
    says(creator, {
      v: 1,
      t: 'job.attest',
      job: award.job,
      root: cid('root'),
      verdict: 'pass',
      salt,
      seed: Sha256Hex.parse(challenge.seed),
      challenged: challenge.leaves,
      faults: [],
    }),
    {
      type: 'escrow-release',
      ...sides(job),
      who: creator,
      receiver: award.encoder,
      hbd: award.price,
    },
    says(creator, { v: 1, t: 'encoder.rate', job: award.job, encoder: award.encoder, stars: 5 }),
  ]
}
