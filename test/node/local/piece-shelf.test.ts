import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { createPieceKeys } from '#node/encoding/piece-key.ts'
import { openOutputFolder } from '#node/local/output-folder.ts'
import { openPieceShelf } from '#node/local/piece-shelf.ts'
import { HardwareEncoder } from '#protocol/encoder.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'
import { smallLadder } from '#test/support/clip.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const source = { cid: cid('source'), bytes: 1, width: 160, height: 90 }
const grid = { frames: 96, segmentFrames: 24, partSegments: 2, leadSeconds: 3 }
const terms: EncodeRequest['terms'] = {
  source: { ...source, codec: 'h264', videoStream: 0 },
  grid: { rate: { numerator: 24, denominator: 1 }, ...grid },
  ladder: smallLadder,
  recipe: 'h264-ts-4',
}
const makers = HardwareEncoder.options

/** One memory for several folders. */
function openMemory() {
  const { database, state } = openDatabase(':memory:')
  const cache = createPieceCache(database, { now: () => 1 })
  const keyOf = createPieceKeys(terms, encoderProfile.class)
  return async (out: string, hardware: readonly HardwareEncoder[]) => {
    const folder = await openOutputFolder(out, { source: source.cid, recipe: terms.recipe })
    const shelf = await openPieceShelf({ folder, cache, state, keyOf, hardware }, terms)
    /** Keeps the second part of a rendition. */
    const keep = async (rendition: string, text: string, hardware?: HardwareEncoder) => {
      const file = path.join(folder.scratch, `${rendition} ${text}`)
      await writeFile(file, text)
      const segment = { rendition, index: 2, path: file, units: 24 }
      await shelf.keep({ part: 1, segments: [hardware ? { ...segment, hardware } : segment] })
    }
    return { shelf, keep, close: () => folder[Symbol.asyncDispose]() }
  }
}

test('what hardware made is gone on from where hardware is wanted, and never stands for the recipe’s own', async () => {
  const open = openMemory()
  const out = path.join(await makeFolder(), 'out')
  const first = await open(out, makers)
  await first.keep('90p', 'by nvenc', 'h264_nvenc')
  await first.keep('72p', 'by the recipe')
  await first.close()

  const again = await open(out, makers)
  expect(again.shelf.reused).toBe(2)
  await again.close()

  const recipe = await open(out, [])
  expect(recipe.shelf.isFinished(1, '72p')).toBe(true)
  expect(recipe.shelf.isFinished(1, '90p')).toBe(false)
  await recipe.keep('90p', 'by the recipe')
  await recipe.close()

  const elsewhere = await open(path.join(await makeFolder(), 'out'), [])
  expect(elsewhere.shelf.reused).toBe(2)
  await elsewhere.close()
})
