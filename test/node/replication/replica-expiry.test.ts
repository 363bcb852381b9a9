import { expect, test } from 'vitest'
import { expireReplicas } from '#node/replication/replica-expiry.ts'
import { Cid } from '#protocol/ids.ts'
import { jobId } from '#test/support/builders.ts'
import { aLeaf, keep, noise, openTestStore } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent, until } from '#test/support/peers.ts'

test('what a gateway no longer keeps frees its place on the disk', async () => {
  await using directory = await aDirectory()
  const [theirs, own] = [await aLeaf(noise(1_000, 'theirs')), await aLeaf(noise(1_000, 'own'))]
  {
    await using before = await openTestStore(directory.path)
    await keep(before.blocks, theirs, own)
    before.content.pin(cidOf(theirs), 'replica:')
    before.content.pin(cidOf(own), 'mine')
  }
  await using store = await openTestStore(directory.path)
  const { blocks, pins } = store
  const keeper = {
    expire: () => {
      pins.unpin('replica:')
      return [jobId('alice')]
    },
  }
  const stop = new AbortController()

  const running = expireReplicas({ keeper, blocks, pins, logger: silent }, stop.signal)
  await until(async () => !(await blocks.has(theirs.cid)))
  stop.abort()
  await running

  expect(await blocks.has(own.cid)).toBe(true)
})

function cidOf({ cid }: Awaited<ReturnType<typeof aLeaf>>): Cid {
  return Cid.parse(cid.toString())
}
