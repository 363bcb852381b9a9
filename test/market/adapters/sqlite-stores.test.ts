import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bindDatabase } from '#market/adapters/sqlite/binding-store.ts'
import type { OpenedDatabase } from '#market/adapters/sqlite/database.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import {
  createBidStore,
  createCreatorJobStore,
  createEncoderJobStore,
  createJobEventStore,
  createSplitJobStore,
} from '#market/adapters/sqlite/job-stores.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { Piece } from '#market/adapters/sqlite/piece-store.ts'
import { createPieceStore } from '#market/adapters/sqlite/piece-store.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { CreatorJob, CreatorJobIn } from '#market/domain/creator-job.ts'
import type { EncoderJob, EncoderJobIn } from '#market/domain/encoder-job.ts'
import type { SplitJob, SplitJobIn } from '#market/domain/split-job.ts'
import type { RecordStore } from '#market/ports/job-stores.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import {
  aBid,
  anOffer,
  bob,
  carol,
  cid,
  hashHex,
  hbd,
  height,
  jobId,
  salt,
  time,
  transactionId,
} from '../../support/builders.ts'

/** What a node must not forget: every store is asked the same before and after its database was closed and opened again. */

let directory: string
let path: string
let opened: OpenedDatabase
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spk-stores-'))
})
afterAll(async () => {
  opened?.[Symbol.dispose]()
  await rm(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  opened?.[Symbol.dispose]()
  path = join(await mkdtemp(join(directory, 'node-')), 'node.sqlite')
  opened = openDatabase(path)
})

function reopen(): void {
  opened[Symbol.dispose]()
  opened = openDatabase(path)
}

/** Expects the same answer of a store now and after a restart. */
function expectKept<Store, Answer>(
  create: (database: OpenedDatabase['database']) => Store,
  ask: (store: Store) => Answer,
  answer: Answer,
): void {
  expect(ask(create(opened.database))).toEqual(answer)
  reopen()
  expect(ask(create(opened.database))).toEqual(answer)
}

const entry = (key: string, overrides: Partial<OutboxEntry> = {}): OutboxEntry => ({
  key,
  id: transactionId(key),
  transaction: {
    ref_block_num: 1,
    ref_block_prefix: 2,
    expiration: '2026-01-01T00:00:00',
    operations: [['transfer', { amount: '1.000 HBD' }]],
    extensions: [],
    signatures: ['1f'.repeat(65) as never],
  },
  expires: time(1_000),
  phase: 'signed',
  block: null,
  complaint: null,
  ...overrides,
})

describe('the outbox', () => {
  const store = () => createOutboxStore(opened.database)

  test('keeps what was signed, first to expire first', () => {
    const [late, early] = [entry('late', { expires: time(2_000) }), entry('early')]
    store().insert(late)
    store().insert(early)
    expectKept(createOutboxStore, (kept) => kept.signed(), [early, late])
    expectKept(createOutboxStore, (kept) => kept.find('late'), late)
    expectKept(createOutboxStore, (kept) => kept.find('never'), null)
  })

  test('keeps what nobody has signed yet apart, until it gets its signatures, once', () => {
    const unsigned = entry('one', {
      phase: 'unsigned',
      transaction: { ...entry('one').transaction, signatures: [] },
    })
    store().insert(unsigned)
    expectKept(createOutboxStore, (kept) => kept.unsigned(), [unsigned])
    expectKept(createOutboxStore, (kept) => kept.undecided(), [unsigned])
    expectKept(createOutboxStore, (kept) => kept.signed(), [])
    store().sign(unsigned.id, entry('one').transaction.signatures)
    store().sign(unsigned.id, ['20'.repeat(65) as never])
    expectKept(createOutboxStore, (kept) => kept.unsigned(), [])
    expectKept(createOutboxStore, (kept) => kept.signed(), [entry('one')])
    expectKept(createOutboxStore, (kept) => kept.undecided(), [entry('one')])
  })

  test('takes no signature for what is decided', () => {
    const transaction = { ...entry('late').transaction, signatures: [] }
    store().insert(entry('late', { phase: 'unsigned', transaction }))
    store().expire(transactionId('late'))
    store().sign(transactionId('late'), entry('late').transaction.signatures)
    expectKept(
      createOutboxStore,
      (kept) => kept.find('late'),
      entry('late', { phase: 'expired', transaction }),
    )
  })

  test('takes no key twice, and no transaction under two keys', () => {
    store().insert(entry('one'))
    expect(() => store().insert(entry('one'))).toThrow()
    expect(() => store().insert(entry('two', { id: transactionId('one') }))).toThrow()
    expectKept(createOutboxStore, (kept) => kept.signed().length, 1)
  })

  test('forgets a complaint when it is taken back, and decides by none', () => {
    store().insert(entry('one'))
    store().complain(transactionId('one'), 'no funds')
    expectKept(
      createOutboxStore,
      (kept) => kept.find('one'),
      entry('one', { complaint: 'no funds' }),
    )
    store().complain(transactionId('one'), null)
    expectKept(createOutboxStore, (kept) => kept.find('one'), entry('one'))
  })

  test('confirms and expires by id, and lists neither as waiting', () => {
    for (const key of ['confirmed', 'expired', 'waiting']) store().insert(entry(key))
    store().confirm(transactionId('confirmed'), 7)
    store().expire(transactionId('expired'))
    expectKept(createOutboxStore, (kept) => kept.signed().map(({ key }) => key), ['waiting'])
    expectKept(
      createOutboxStore,
      (kept) => kept.find('confirmed'),
      entry('confirmed', { phase: 'confirmed', block: 7 }),
    )
    expectKept(
      createOutboxStore,
      (kept) => kept.find('expired'),
      entry('expired', { phase: 'expired' }),
    )
  })

  test('cannot hold a confirmed entry without its block, nor a block without confirmation', () => {
    const set = (assignment: ReturnType<typeof sql>) =>
      opened.database.run(sql`update outbox_entries set ${assignment}`)
    store().insert(entry('one'))
    expect(() => set(sql`phase = 'confirmed'`)).toThrow()
    expect(() => set(sql`block = 3`)).toThrow()
  })

  test('forgets a step that did not end', () => {
    expect(() =>
      opened.state.atomically(() => {
        store().insert(entry('half'))
        throw new Error('the step fails')
      }),
    ).toThrow('the step fails')
    expectKept(createOutboxStore, (kept) => kept.find('half'), null)
  })
})

const posted = (number: number) => ({
  id: jobId('alice', number),
  offer: anOffer({ job: jobId('alice', number) }),
})
const creatorJob = (number: number): CreatorJobIn<'offering'> => ({
  ...posted(number),
  phase: 'offering',
  salt,
  postedAt: 1,
  awards: 0,
  setAside: [bob],
})
const encoderJob = (number: number): EncoderJobIn<'bidding'> => ({
  ...posted(number),
  phase: 'bidding',
  isAcknowledged: false,
  bid: aBid({ job: jobId('alice', number) }),
  bidHash: hashHex('bid'),
})
const splitJob = (number: number): SplitJobIn<'working'> => ({
  ...{ id: jobId('alice', number), phase: 'working', terms: anOffer(), class: cid('class') },
  ...{ ceiling: hbd(10n), selection: 'automatic', bidding: 'open', postedAt: 1 },
  ranges: [
    { range: { first: 0, parts: 1 }, ceiling: hbd(5n), jobs: [jobId('alice', 10)], won: null },
    { range: { first: 1, parts: 1 }, ceiling: hbd(5n), jobs: [jobId('alice', 11)], won: null },
  ],
})
const bidding: CreatorJob = { ...creatorJob(1), phase: 'bidding', listensUntil: time(1_000_100) }
const approving: EncoderJob = { ...encoderJob(1), phase: 'approving' }
const failed: CreatorJob = { ...creatorJob(2), phase: 'failed', code: 'no-bids', message: 'none' }
const lost: EncoderJob = { ...encoderJob(2), phase: 'closed', outcome: 'lost', paid: 0n as never }

type Jobs<Job> = {
  readonly create: (database: OpenedDatabase['database']) => RecordStore<Job>
  readonly fresh: (number: number) => Job
  readonly moved: Job
  readonly over: Job
}

/** What every store of jobs does. */
function keepsJobs<Job extends { readonly id: JobId }>(name: string, jobs: Jobs<Job>): void {
  const { create, fresh, moved, over } = jobs
  describe(name, () => {
    test('keeps a record whole, bigints included', () => {
      create(opened.database).save(fresh(1))
      expectKept(create, (kept) => kept.find(jobId('alice', 1)), fresh(1))
      expectKept(create, (kept) => kept.find(jobId('alice', 9)), null)
    })

    test('replaces a record by its next state', () => {
      create(opened.database).save(fresh(1))
      create(opened.database).save(moved)
      expectKept(create, (kept) => kept.find(jobId('alice', 1)), moved)
    })

    test('lists what has further steps, oldest first, whatever was saved last', () => {
      for (const number of [3, 1, 2]) create(opened.database).save(fresh(number))
      create(opened.database).save(over)
      create(opened.database).save(moved)
      expectKept(create, (kept) => kept.unfinished().map(({ id }) => id), [
        jobId('alice', 3),
        jobId('alice', 1),
      ])
    })
  })
}

keepsJobs<CreatorJob>('the creator’s jobs', {
  create: createCreatorJobStore,
  fresh: creatorJob,
  moved: bidding,
  over: failed,
})
keepsJobs<EncoderJob>('the encoder’s jobs', {
  create: createEncoderJobStore,
  fresh: encoderJob,
  moved: approving,
  over: lost,
})

keepsJobs<SplitJob>('the creator’s videos in ranges', {
  create: createSplitJobStore,
  fresh: splitJob,
  moved: { ...splitJob(1), phase: 'merging' },
  over: { ...splitJob(2), phase: 'failed', code: 'no-bids', message: 'none' },
})

test('jobs that were posted at a time or later are listed, ended ones too', () => {
  const jobs = createCreatorJobStore(opened.database)
  const at = (number: number, postedAt: number) => ({ ...creatorJob(number), postedAt })
  for (const job of [at(1, 99), at(3, 100), { ...failed, postedAt: 2 ** 41 }]) jobs.save(job)
  expectKept(createCreatorJobStore, (kept) => kept.postedSince(100).map(({ id }) => id), [
    jobId('alice', 3),
    failed.id,
  ])
})

test('a later bid of an encoder replaces the earlier one, and those of others stay', () => {
  const sealed = (body: ReturnType<typeof aBid>, letter: string) => ({
    body,
    author: body.encoder,
    signature: letter.repeat(130) as never,
  })
  const bids = createBidStore(opened.database)
  const first = sealed(aBid(), 'a')
  const other = sealed(aBid({ encoder: carol }), 'b')
  const better = sealed(aBid({ price: 2n as never }), 'c')
  for (const bid of [first, other, better]) bids.save(bid)
  bids.save(sealed(aBid({ job: jobId('alice', 2) }), 'd'))
  expectKept(createBidStore, (kept) => kept.of(jobId('alice')), [better, other])
})

describe('events', () => {
  const event = (block: number, job = jobId('alice')): JobEvent => ({
    type: 'offer-confirmed',
    job,
    at: 1,
    block: height(block),
  })

  test('are kept in order, per job, and can be had from any point', () => {
    const events = createJobEventStore(opened.database)
    for (const block of [1, 2, 3]) events.append(event(block))
    events.append(event(9, jobId('alice', 2)))
    const all = events.after(jobId('alice'), 0)
    expect(all.map(({ event: told }) => told)).toEqual([event(1), event(2), event(3)])
    expectKept(
      createJobEventStore,
      (kept) => kept.after(jobId('alice'), all[1]?.sequence ?? 0),
      all.slice(2),
    )
  })

  test('are told to those who watch, in order and only once they are stored', async () => {
    const events = createJobEventStore(opened.database)
    const heard: (readonly [JobEvent, number | null])[] = []
    const stop = events.watch(jobId('alice'), (told, sequence) => heard.push([told, sequence]))
    opened.state.atomically(() => {
      events.append(event(1))
      expect(heard).toEqual([])
    })
    events.relay(event(2))
    await new Promise(setImmediate)
    expect(heard).toEqual([
      [event(1), 1],
      [event(2), null],
    ])
    stop()
    events.append(event(3))
    await new Promise(setImmediate)
    expect(heard).toHaveLength(2)
  })
})

test('a pin is kept per owner, and gone when the last owner lets go', () => {
  const pins = createPinStore(opened.database)
  for (const owner of ['one', 'one', 'two']) pins.pin(cid('shared'), owner)
  pins.pin(cid('own'), 'one')
  expectKept(
    createPinStore,
    (kept) => [...kept.pinned()].sort(),
    [cid('own'), cid('shared')].sort(),
  )
  createPinStore(opened.database).unpin('one')
  expectKept(createPinStore, (kept) => kept.pinned(), [cid('shared')])
  createPinStore(opened.database).unpin('two')
  expectKept(createPinStore, (kept) => kept.pinned(), [])
})

test('a finished piece is kept once, in order, and forgotten alone or with its job', () => {
  const pieces = createPieceStore(opened.database)
  const piece = (rendition: string, part: number): Piece => ({ rendition, part, segments: [] })
  for (const part of [1, 0, 0]) pieces.save(jobId('alice'), piece('480p', part))
  pieces.save(jobId('alice'), piece('audio', 0))
  pieces.save(jobId('alice', 2), piece('480p', 0))
  const all = [piece('480p', 0), piece('480p', 1), piece('audio', 0)]
  expectKept(createPieceStore, (kept) => kept.of(jobId('alice')), all)
  createPieceStore(opened.database).removePiece(jobId('alice'), piece('480p', 1))
  expectKept(createPieceStore, (kept) => kept.of(jobId('alice')), all.toSpliced(1, 1))
  createPieceStore(opened.database).remove(jobId('alice'))
  expectKept(createPieceStore, (kept) => kept.of(jobId('alice')), [])
  expectKept(createPieceStore, (kept) => kept.of(jobId('alice', 2)), [piece('480p', 0)])
})

describe('a directory', () => {
  test('stays with the chain and account that it was made for', () => {
    bindDatabase(opened.database, { chain: 'a', account: 'alice' })
    reopen()
    bindDatabase(opened.database, { chain: 'a', account: 'alice' })
    for (const other of [{ chain: 'b' }, { account: 'bob' }])
      expect(() => bindDatabase(opened.database, other)).toThrow(
        expect.objectContaining({ code: 'data-foreign' }),
      )
    reopen()
    bindDatabase(opened.database, { chain: 'a', account: 'alice' })
  })

  test('flushes every commit to the disk', () => {
    expect(opened.database.get(sql`pragma synchronous`)).toEqual({ synchronous: 2 })
    expect(opened.database.get(sql`pragma journal_mode`)).toEqual({ journal_mode: 'wal' })
  })
})
