import { describe, expect, test } from 'vitest'
import { createDevchainCommand } from '#node/commands/devchain.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { aDevchain } from '../../support/devchain.ts'
import { aWorkspace, runCli, startCli } from './cli.ts'

describe('the command', { timeout: 30_000 }, () => {
  test('explains itself, and that it is for development only', async () => {
    const { code, output } = await runCli('--help')
    expect(code).toBe(0)
    for (const words of [
      '--port',
      '--genesis',
      '--interval',
      '--manual',
      '--data',
      'for development',
    ])
      expect(output).toContain(words)
  })

  test('serves a manual chain until it is told to stop', async () => {
    using workspace = aWorkspace()
    await using cli = await startCli('--genesis', workspace.genesis(), '--manual')
    const payment = { from: 'alice', to: 'bob', amount: '1.000 HBD', memo: '' }
    const { id } = await cli.client.broadcast.transfer(payment, devchainKey('alice', 'active'))
    const produced = await cli.client.call('devchain_api', 'produce_blocks', { count: 2 })
    expect(produced).toMatchObject({ head_block_number: 2, time: '2026-01-01T00:00:06' })
    expect(await cli.client.database.getTransaction(id)).toMatchObject({ block_num: 1 })
    const { code, output } = await cli.end('SIGTERM')
    expect(code).toBe(0)
    expect(output).toMatch(/^Development chain at http:\/\/127\.0\.0\.1:\d+ \(manual blocks, /)
    expect(output).toContain(devchainChainId)
    expect(output).toContain('for development')
  })

  test('makes blocks by itself at an interval', async () => {
    using workspace = aWorkspace()
    await using cli = await startCli('--genesis', workspace.genesis(), '--interval', '0.05')
    const head = () => cli.client.blockchain.getCurrentBlockNum()
    await expect.poll(head, { timeout: 10_000 }).toBeGreaterThan(3)
    const [first, second] = await Promise.all([1, 2].map((n) => cli.client.database.getBlock(n)))
    const seconds = (block?: { timestamp: string }) => Date.parse(`${block?.timestamp}Z`) / 1000
    expect(seconds(second) - seconds(first)).toBe(3)
    expect((await cli.end('SIGINT')).code).toBe(0)
  })

  test.for([
    [['--manual'], "option-invalid: Required option '--genesis <file>' not specified"],
    [
      ['--genesis', 'GENESIS'],
      'option-invalid: Say how blocks come: --interval SECONDS or --manual.',
    ],
    [['--genesis', '/nowhere/genesis.json', '--manual'], 'can not be read'],
  ] as const)('answers %j with one sentence', async ([flags, sentence]) => {
    using workspace = aWorkspace()
    const genesis = workspace.genesis()
    const given = flags.map((flag) => (flag === 'GENESIS' ? genesis : flag))
    const { code, output } = await runCli(...given)
    expect(code).toBe(1)
    expect(output).toContain(sentence)
    expect(output.trim().split('\n')).toHaveLength(1)
  })

  test('says so when the port is taken', async () => {
    using workspace = aWorkspace()
    await using chain = await aDevchain()
    const { port } = new URL(chain.url)
    const { code, output } = await runCli(
      '--genesis',
      workspace.genesis(),
      '--manual',
      '--port',
      port,
    )
    expect(code).toBe(1)
    expect(output).toBe(`option-invalid: Port ${port} is in use; choose another.\n`)
  })
})

test.for([
  [['--manual', '--interval', '3'], 'cannot be used with'],
  [['--interval', '0'], 'It must be from 0.01 to 3600 seconds.'],
  [['--interval', 'soon'], 'It must be from 0.01 to 3600 seconds.'],
  [['--manual', '--port', '99999'], 'It must be a number from 0 to 65535.'],
  [['--manual', '--nonsense'], 'unknown option'],
] as const)('the options %j are refused', async ([flags, sentence]) => {
  const command = createDevchainCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  const run = command.parseAsync(['--genesis', 'genesis.json', ...flags], { from: 'user' })
  await expect(run).rejects.toThrow(sentence)
})
