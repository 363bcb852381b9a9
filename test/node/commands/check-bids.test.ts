import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createJobCommand } from '#node/commands/job.ts'
import { BidRecord } from '#protocol/api/bid-record.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import { aBid, anOffer, hashHex, hbd, sha256 } from '#test/support/builders.ts'
import { aDevchain } from '#test/support/devchain.ts'
import { aDirectory } from '#test/support/directory.ts'
import { sealed } from '#test/support/sealed.ts'

afterEach(() => {
  process.exitCode = 0
  vi.restoreAllMocks()
})

test('anybody checks the bids of a job by the keys that the chain has of their authors', async () => {
  await using chain = await aDevchain()
  await using directory = await aDirectory()
  const bid = aBid()
  const check = async (record: BidRecord) => {
    const file = join(directory.path, 'bids.json')
    await writeFile(file, JSON.stringify({ record: BidRecord.encode(record) }))
    let printed = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text)
      return true
    })
    const args = ['check-bids', file, '--chain', chain.url, '--json']
    await createJobCommand().parseAsync(args, { from: 'user' })
    vi.restoreAllMocks()
    const lines = printed.trim().split('\n')
    return { code: process.exitCode, lines: lines.map((line) => JSON.parse(line)) }
  }
  const sound = { offer: anOffer(), seals: [], bids: [sealed('bob', bid)] }
  const name = bidHash(bid, sha256)
  const finding = { encoder: 'bob', type: 'bid', bid: name, fault: null }
  expect(await check({ ...sound, awarded: name })).toEqual({ code: 0, lines: [finding] })

  const forged = [{ ...sealed('bob', bid), body: { ...bid, price: hbd(1n) } }]
  const found = await check({ ...sound, bids: forged, awarded: hashHex('another') })
  expect(found.code).toBe(1)
  expect(found.lines).toMatchObject([
    { fault: 'is not signed by its author' },
    { award: 'unknown' },
  ])
})
