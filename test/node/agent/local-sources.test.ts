import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import type { OpenedDatabase } from '#market/adapters/sqlite/database.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { sourceOwner, withLocalSources } from '#node/agent/local-sources.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { alice, cid } from '#test/support/builders.ts'

let opened: OpenedDatabase
let now: number
beforeEach(() => {
  opened = openDatabase(':memory:')
  now = 1_000_000
})
afterEach(() => opened[Symbol.dispose]())

const open = () => openLocalQueue(opened.database, { now: () => now })
const pins = () => createPinStore(opened.database)

function add(): EncodingJobId {
  const id = EncodingJobId.parse(randomUUID())
  open().add({ id, owner: alice, permlink: 'a', inputCid: cid('source'), qualities: [] })
  pins().pin(cid('source'), sourceOwner(id))
  return id
}

async function failOnce(
  queue: Pick<ReturnType<typeof open>, 'claim' | 'fail'>,
  kind: 'device' | 'input-fatal',
) {
  now += 3_600_000
  const claim = await queue.claim()
  if (!claim) throw new Error('a job waits')
  await queue.fail(claim, { class: kind, message: 'It did not work.' })
}

test('a source is let go when its job has failed for good, and not before', async () => {
  add()
  const queue = withLocalSources(open(), pins())
  await failOnce(queue, 'device')
  expect(pins().pinned()).toHaveLength(1)
  await failOnce(queue, 'input-fatal')
  expect(pins().pinned()).toEqual([])
})

test('a process that died in between is made up for at the next start', async () => {
  const [, waiting] = [add(), add()]
  await failOnce(open(), 'input-fatal')
  expect(pins().all()).toHaveLength(2)
  withLocalSources(open(), pins())
  const left = open().failed().length
  expect([left, pins().all().length, open().find(waiting)?.phase]).toEqual([
    1,
    1,
    expect.any(String),
  ])
})
