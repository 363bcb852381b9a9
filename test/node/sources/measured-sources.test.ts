import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { linksOf, parseCid } from '#node/ipfs/dag.ts'
import { startSourceWindows } from '#node/processing/source-windows.ts'
import { createMeasuredSources } from '#node/sources/measured-sources.ts'
import { aProfile } from '#test/support/builders.ts'
import type { TestStore } from '#test/support/content.ts'
import { noise, openTestStore } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'
import { untroubled } from '#test/support/ffmpeg.ts'
import { silent } from '#test/support/peers.ts'

const stack = new AsyncDisposableStack()
const profile = aProfile()
let store: TestStore

beforeAll(async () => {
  store = stack.use(await openTestStore(stack.use(await aDirectory()).path))
})
afterAll(() => stack.disposeAsync())

/** Sources over an engine that reads what it is given from end to end. */
async function theSources() {
  const windows = stack.use(await startSourceWindows({ blocks: store.blocks, logger: silent }))
  const inputs: string[] = []
  const analyse: EncodingEngine['analyse'] = async (input) => {
    inputs.push(input)
    const answer = await fetch(input)
    await answer.arrayBuffer().catch(() => null)
    return profile
  }
  const engine = { analyse, tryCopy: async () => null }
  return { inputs, sources: createMeasuredSources({ windows, engine }) }
}

test('a source is measured once, where it lies, and closed again', async () => {
  const { inputs, sources } = await theSources()
  const { cid } = await store.content.addBytes(noise(2_000_000))
  const waiting = { signal: untroubled }

  expect(await sources.measure(cid, waiting)).toEqual(profile)
  expect(await sources.measure(cid, waiting)).toEqual(profile)
  expect(inputs).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/)])
  expect((await fetch(inputs[0]!)).status).toBe(404)
})

test('what was found of a source that breaks off is not believed', async () => {
  const { sources } = await theSources()
  const { cid } = await store.content.addBytes(noise(3_000_000, 'breaks off'))
  const root = parseCid(cid)
  const [, second] = linksOf(root, await store.blocks.read(root))
  await store.blocks.delete(second!)

  for (const _ of ['once', 'again'])
    await expect(sources.measure(cid, { signal: untroubled })).rejects.toMatchObject({
      code: 'content-unavailable',
    })
})
