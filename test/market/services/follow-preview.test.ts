import { expect, test } from 'vitest'
import type { CreatorJob } from '#market/domain/creator-job.ts'
import { treeBytesLimit } from '#market/domain/segment-rate.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import { createPreviewFollower } from '#market/services/creator/follow-preview.ts'
import type { Cid } from '#protocol/ids.ts'
import { anOffer, bob, cid } from '#test/support/builders.ts'

const awaited = {
  id: anOffer().job,
  offer: anOffer(),
  phase: 'awaiting-delivery',
} as unknown as CreatorJob

/** A creator's node whose fetches end as `answer` says, and each of whose works is awaited at once. */
function aCreator(answer: (root: Cid) => Promise<{ bytes: number }>) {
  const fetched: Parameters<ContentStore['fetch']>[] = []
  const shown: Cid[] = []
  const node = { job: awaited }
  let work: Promise<unknown> = Promise.resolve()
  const follower = createPreviewFollower({
    background: {
      start: (_key, run) => {
        work = run(new AbortController().signal).catch(() => undefined)
      },
      stop: () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    },
    content: {
      fetch: async (...asked: Parameters<ContentStore['fetch']>) => {
        fetched.push(asked)
        return { blocks: 1, local: 0, ...(await answer(asked[0])) }
      },
    } as unknown as ContentStore,
    jobs: {
      find: () => node.job,
      save: () => undefined,
      unfinished: () => [],
      latest: () => [],
      postedSince: () => [],
    },
    trees: { show: (_job, root) => void shown.push(root) },
  })
  const hear = async (preview: Cid): Promise<Cid | undefined> => {
    follower.follow(awaited, bob, preview)
    await work
    return follower.follow(awaited, bob, preview)
  }
  return { node, fetched, shown, hear }
}

const [first, second] = [cid('first'), cid('second')]

test('each preview is brought from its encoder once, within what the job’s tree may have, and shown', async () => {
  const { hear, fetched, shown } = aCreator(async () => ({ bytes: 10 }))
  expect(await hear(first)).toBe(first)
  expect(await hear(first)).toBe(first)
  expect(await hear(second)).toBe(second)
  expect(shown).toEqual([first, second])
  expect(fetched.map(([root, providers]) => [root, providers])).toEqual([
    [first, [bob]],
    [second, [bob]],
  ])
  // Thirty seconds at the caps of its rendition and its sound, and what a transport stream adds.
  const limit = treeBytesLimit(awaited.offer)
  expect(limit).toBeGreaterThan((30 * (1_000 + 128) * 1_000) / 8)
  expect(limit).toBeLessThan((2 * 30 * (1_000 + 128) * 1_000) / 8)
  expect(new Set(fetched.map(([, , { expectedBytes }]) => expectedBytes))).toEqual(new Set([limit]))
})

test('what comes after the delivery is not shown', async () => {
  const { node, hear, shown } = aCreator(async () => {
    node.job = { ...awaited, phase: 'checking' } as CreatorJob
    return { bytes: 10 }
  })
  expect(await hear(first)).toBeUndefined()
  expect(shown).toEqual([])
})

test('an encoder whose previews cannot be had is asked three times', async () => {
  const { hear, fetched, shown } = aCreator(() =>
    Promise.reject(new MarketError('content-unavailable', 'It is not there.')),
  )
  for (let number = 0; number < 6; number += 1) await hear(cid(`preview ${number}`))
  expect(fetched).toHaveLength(3)
  expect(shown).toEqual([])
})

test('previews of other content each time end when the job’s tree could not have more', async () => {
  const { hear, fetched } = aCreator(async () => ({ bytes: treeBytesLimit(awaited.offer) }))
  for (let number = 0; number < 6; number += 1) await hear(cid(`preview ${number}`))
  expect(fetched).toHaveLength(2)
})
