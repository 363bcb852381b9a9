import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chainSpec, indexerSpec, playAccount } from '#node/supervisor/participants.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

async function aLayout() {
  const data = await makeFolder()
  const genesis = join(data, 'devchain', 'genesis.json')
  return { data, genesis, interval: 1, workers: 1, codec: 'h264', indexer: true } as const
}

test('a new market has an account for newcomers, whom its indexer signs for', async () => {
  const layout = await aLayout()
  await chainSpec(layout)
  expect(Object.keys(JSON.parse(await readFile(layout.genesis, 'utf8')).accounts)).toContain(
    'newcomer',
  )
  expect(await playAccount(layout)).toBe('newcomer')
  const { args } = await indexerSpec(layout, 'http://127.0.0.1:1')
  expect(args(0).join(' ')).toContain('--development-signer newcomer')
})

test('a market that was there before keeps its genesis, and its creator is the play account', async () => {
  const layout = await aLayout()
  await chainSpec(layout)
  const before = JSON.stringify({ accounts: { creator: {} } })
  await writeFile(layout.genesis, before)
  await chainSpec(layout)
  expect(await readFile(layout.genesis, 'utf8')).toBe(before)
  expect(await playAccount(layout)).toBe('creator')
})

test('a genesis that was cut short is written anew', async () => {
  const layout = await aLayout()
  await chainSpec(layout)
  const whole = await readFile(layout.genesis, 'utf8')
  await writeFile(layout.genesis, whole.slice(0, 20))
  await chainSpec(layout)
  expect(await readFile(layout.genesis, 'utf8')).toBe(whole)
})
