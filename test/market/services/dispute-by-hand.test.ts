import { expect, test } from 'vitest'
import { createMarketFeed } from '#market/services/market-feed.ts'
import { Statement } from '#protocol/dispute.ts'
import { cid } from '#test/support/builders.ts'
import { createWorld } from '#test/support/world/market-world.ts'

const saying = (text: string) => ({ text: Statement.parse(text) })

test('an owner calls the arbiter with a reason, and the node goes on with the job to its end', async () => {
  const world = createWorld(11)
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], conduct: 'slow' })
  const carol = world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice, 1, 100n)
  const dispute = (text: string): void =>
    alice.life()?.creator?.dispute(job, { ...saying(text), evidence: cid('picture') })
  expect(() => dispute('It is black.')).toThrow(/there is nothing to dispute|No job/)
  await world.until(() => bob.work(job)?.phase === 'encoding')

  dispute('The preview is black.')
  expect(() => dispute('It is very black.')).toThrow('on its way')
  await world.until(() => {
    const known = alice.ledger().jobs.get(job)
    return known !== undefined && 'dispute' in known && known.dispute !== null
  })
  expect(alice.ledger().jobs.get(job)).toMatchObject({
    dispute: {
      by: 'alice',
      evidence: [{ by: 'alice', operation: { text: 'The preview is black.' } }],
    },
  })
  expect(() => dispute('And slow.')).toThrow('You have said what you have to say')
  const feed = createMarketFeed({
    ledger: { current: () => carol.ledger(), isSynced: () => true, isTrusted: () => true },
    clock: { now: () => 0 },
  })
  expect(feed.past().filter(({ type }) => type === 'explained')).toMatchObject([
    { by: 'alice', text: 'The preview is black.', evidence: cid('picture') },
  ])

  await world.until(() => ['paid', 'failed'].includes(alice.job(job)?.phase ?? ''))
  expect(alice.ledger().jobs.get(job)).toMatchObject({ phase: 'settled', ruling: {} })
  expect(() => dispute('Still.')).toThrow('there is nothing to dispute')
  world.expectSound()
})

test('an owner whose encoder called the arbiter says what there is to say by itself', async () => {
  const world = createWorld(12)
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], conduct: 'slow' })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice, 1, 100n)
  await world.until(() => bob.work(job)?.phase === 'encoding')
  const { choice } = alice.job(job) as Extract<
    ReturnType<typeof alice.job>,
    { readonly choice: unknown }
  >
  const parties = { from: 'alice', to: 'bob', agent: 'carol', escrow_id: choice.escrow }
  await world.send('bob', ['escrow_dispute', { ...parties, who: 'bob' }])
  await world.until(() => {
    const known = alice.ledger().jobs.get(job)
    return known !== undefined && 'dispute' in known && known.dispute !== null
  })
  alice.life()?.creator?.dispute(job, saying('It was never late.'))
  await world.until(() => {
    const known = alice.ledger().jobs.get(job)
    return known !== undefined && 'dispute' in known && known.dispute?.evidence !== undefined
  })
  await world.until(() => ['paid', 'failed'].includes(alice.job(job)?.phase ?? ''))
  world.expectSound()
})
