import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../../support/command.ts'
import type { ReplayedChain } from '../../support/replayed-chain.ts'
import { aReplayedChain } from '../../support/replayed-chain.ts'

let chain: ReplayedChain
beforeAll(async () => {
  chain = await aReplayedChain()
}, 60_000)
afterAll(() => chain?.[Symbol.asyncDispose]())

test('replay prints its progress and the state that a node reaches, a JSON object a line', async () => {
  const { code, stdout, stderr } = await runCommand(['replay', '--chain', chain.url, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.split('\n').map((line) => JSON.parse(line))
  expect(lines.at(-1)).toEqual({
    result: {
      chain: 'devchain',
      from: 1,
      ...chain.honest,
      checkpoint: { height: 2_000, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      jobs: 0,
      nodes: 2,
      escrows: 0,
      operations: 4,
      refused: 2,
      claims: { agreeing: 0, differing: [] },
    },
  })
  const heights = lines.slice(0, -1).map(({ progress }) => progress.height)
  expect(heights.length).toBeGreaterThan(10)
  expect(heights).toEqual(heights.toSorted((left, right) => left - right))
}, 60_000)

test('replay prints the same in words', async () => {
  const { code, stdout } = await runCommand(['replay', '--from', '1', '--chain', chain.url])
  expect(code).toBe(0)
  expect(stdout).toContain(`state       ${chain.honest.state}\n`)
  expect(stdout).toContain('4 operations, 2 of which changed nothing')
}, 60_000)

test('replay tells a mistake in one sentence with a code', async () => {
  const { code, stdout, stderr } = await runCommand([
    'replay',
    '--from',
    '100000',
    '--chain',
    chain.url,
  ])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe('option-invalid: The chain has no irreversible block 100000 yet.\n')
}, 60_000)
