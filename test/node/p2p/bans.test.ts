import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBans } from '#node/p2p/bans.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent } from '#test/support/peers.ts'

const day = 24 * 3_600_000

test('a ban holds for a day, restarts included', async () => {
  await using directory = await aDirectory()
  const file = join(directory.path, 'bans.json')
  let time = 1_000
  const open = () => openBans(file, { now: () => time, logger: silent })
  open().ban('liar', 'bafkrei')

  time += day - 1
  const later = open()
  expect(later.isBanned('liar')).toBe(true)
  expect(later.isBanned('honest')).toBe(false)
  expect(later.all()).toEqual([{ provider: 'liar', cid: 'bafkrei', until: 1_000 + day }])
  time += 1
  expect(later.isBanned('liar')).toBe(false)
  expect(open().all()).toEqual([])
})

test('a file of bans that is damaged is begun anew', async () => {
  await using directory = await aDirectory()
  const file = join(directory.path, 'bans.json')
  writeFileSync(file, '[{"provider":')
  const bans = openBans(file, { now: () => 0, logger: silent })

  expect(bans.all()).toEqual([])
  bans.ban('liar', 'bafkrei')
  expect(openBans(file, { now: () => 0, logger: silent }).isBanned('liar')).toBe(true)
})
