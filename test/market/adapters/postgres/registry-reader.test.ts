import { expect, test, vi } from 'vitest'
import { createRegistryReader } from '#market/adapters/postgres/registry-reader.ts'
import { alice, aRegistration, bob } from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { createTestChain, says } from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

test('the registry is what the ledger has, however the tables went on, and begins anew with them', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const registry = createRegistryReader(opened.database)
  await registry.refresh()
  expect(registry.current()).toEqual({ head: null, nodes: new Map() })

  const chain = createTestChain()
  let applied = 0
  let ledger = chain.ledger()
  const expectAsInLedger = async (): Promise<void> => {
    const blocks = chain.blocks()
    ledger = await applyAll(store, blocks.slice(applied), [1], ledger)
    applied = blocks.length
    await registry.refresh()
    const { head, nodes } = registry.current()
    expect(head).toEqual(ledger.head)
    expect(new Map(nodes)).toEqual(new Map(ledger.nodes))
  }
  chain.block([says(alice, aRegistration())])
  await expectAsInLedger()
  chain.block([says(bob, aRegistration())])
  chain.block()
  await expectAsInLedger()
  chain.block([says(alice, { v: 1, t: 'node.retire' })])
  await expectAsInLedger()
  expect(registry.current().nodes.get(alice)?.phase).toBe('retired')

  await store.clear()
  await registry.refresh()
  expect(registry.current().head).toBeNull()
  applied = 0
  ledger = createTestChain().ledger()
  await applyAll(store, chain.blocks().slice(0, 1), [1])
  await registry.refresh()
  expect([...registry.current().nodes.keys()]).toEqual([alice])
})
