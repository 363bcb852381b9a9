import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import { createPieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { AddedContent, ContentStore } from '#market/ports/content-store.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { createPieceKeys } from '#node/encoding/piece-key.ts'
import { textCid } from '#node/encoding/text-cid.ts'
import { openPieceKeeper } from '#node/processing/piece-keeper.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import { cid, encoderProfile, jobId } from '#test/support/builders.ts'
import { smallLadder } from '#test/support/clip.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const terms: EncodeRequest['terms'] = {
  source: {
    cid: cid('source'),
    bytes: 1,
    width: 160,
    height: 90,
    codec: 'h264',
    videoStream: 0,
    audioStream: 1,
  },
  grid: {
    rate: { numerator: 24, denominator: 1 },
    frames: 96,
    segmentFrames: 24,
    partSegments: 2,
    leadSeconds: 3,
  },
  ladder: smallLadder,
  recipe: 'h264-ts-4',
}

/** A store of small texts, with what is pinned by whom. */
function memoryContent() {
  const held = new Map<string, AddedContent>()
  const pins = new Set<string>()
  const refuse = () => Promise.reject(new Error('not asked'))
  const content: ContentStore = {
    addFile: refuse,
    addBytes: async (bytes) => {
      const added = {
        cid: textCid(Buffer.from(bytes).toString('utf8')),
        bytes: bytes.length,
        dagBytes: bytes.length,
      }
      held.set(added.cid, added)
      return added
    },
    addDirectory: refuse,
    sizes: async (id) => held.get(id) ?? (await refuse()),
    isWhole: async (id) => held.has(id),
    read: refuse,
    exportFile: refuse,
    fetch: refuse,
    pin: (id, owner) => pins.add(`${id} ${owner}`),
    unpin: (owner) => {
      for (const pin of pins) if (pin.endsWith(` ${owner}`)) pins.delete(pin)
    },
  }
  return { content, held, pins }
}

function openNode() {
  const { database, state } = openDatabase(':memory:')
  const store = memoryContent()
  const clock = { now: () => 1 }
  const pieces = createPieceStore(database)
  const cache = createPieceCache(database, clock)
  const keeperOf = (number: number, wanted = terms) =>
    openPieceKeeper(
      { content: store.content, pieces, cache, state },
      {
        job: jobId('alice', number),
        terms: wanted,
        keyOf: createPieceKeys(wanted, encoderProfile.class),
      },
    )
  return { ...store, pieces, keeperOf }
}

async function finished(part: number | null, rendition: string, hardware?: HardwareEncoder) {
  const file = path.join(await makeFolder(), 'segment')
  await writeFile(file, `${rendition} ${part}`)
  const made = hardware === undefined ? {} : { hardware }
  return { part, segments: [{ rendition, index: part ?? 0, path: file, units: 24, ...made }] }
}

test('a job that asks for what another has made finds it finished, and keeps it for itself', async () => {
  const { keeperOf, pieces, content, pins } = openNode()
  const first = await keeperOf(1)
  await first.keep(await finished(1, '90p'))
  await first.keep(await finished(null, 'audio'))
  pieces.remove(jobId('alice', 1))
  content.unpin(jobId('alice', 1))

  const second = await keeperOf(2)
  expect(second.isFinished(1, '90p')).toBe(true)
  expect(second.isFinished(null, 'audio')).toBe(true)
  expect(second.isFinished(0, '90p')).toBe(false)
  expect(second.isFinished(1, '72p')).toBe(false)
  expect([...pins].filter((pin) => pin.endsWith(jobId('alice', 2)))).toHaveLength(2)
})

test('a job with another grid, source or rendition finds nothing', async () => {
  const { keeperOf } = openNode()
  await (await keeperOf(1)).keep(await finished(1, '90p'))
  const [largest, ...others] = terms.ladder
  const changes: readonly Partial<typeof terms>[] = [
    { grid: { ...terms.grid, frames: 95 } },
    { source: { ...terms.source, cid: cid('another') } },
    { source: { ...terms.source, videoStream: 2 } },
    { ladder: [{ ...largest!, kbps: 301 }, ...others] },
  ]
  for (const change of changes)
    expect((await keeperOf(2, { ...terms, ...change })).isFinished(1, '90p')).toBe(false)
})

test('a piece whose bytes are gone is made again', async () => {
  const { keeperOf, held } = openNode()
  await (await keeperOf(1)).keep(await finished(1, '90p'))
  held.clear()
  expect((await keeperOf(1)).isFinished(1, '90p')).toBe(false)
  expect((await keeperOf(2)).isFinished(1, '90p')).toBe(false)
})

test('what hardware made is kept for its job with its maker’s name, and never for another', async () => {
  const { keeperOf, pieces, pins } = openNode()
  const keeper = await keeperOf(1)
  await keeper.keep(await finished(0, '90p', 'h264_nvenc'))
  await keeper.keep(await finished(1, '90p'))
  const kept = pieces.of(jobId('alice', 1))
  expect(kept.map(({ part, hardware }) => [part, hardware])).toEqual([
    [0, 'h264_nvenc'],
    [1, undefined],
  ])
  expect((await keeperOf(1)).isFinished(0, '90p')).toBe(true)
  const other = await keeperOf(2)
  expect(other.isFinished(0, '90p')).toBe(false)
  expect(other.isFinished(1, '90p')).toBe(true)
  expect([...pins].filter((pin) => pin.includes('cache:'))).toHaveLength(1)
})

test('a copied rendition is one piece, which never stands for the first part of an encoded one', async () => {
  const { keeperOf } = openNode()
  const grid = { ...terms.grid, lengths: [24, 24, 24, 24] }
  const copying = { ...terms, grid, copied: '90p' }
  await (await keeperOf(1, copying)).keep(await finished(null, '90p'))
  const same = await keeperOf(2, copying)
  expect(same.isFinished(null, '90p')).toBe(true)
  const encoding = await keeperOf(3, { ...terms, grid })
  expect(encoding.isFinished(0, '90p')).toBe(false)
  await encoding.keep(await finished(1, '90p'))
  expect((await keeperOf(4, copying)).isFinished(1, '90p')).toBe(false)
})
