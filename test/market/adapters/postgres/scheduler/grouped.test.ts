import { DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import { createGrouped } from '#market/adapters/postgres/scheduler/grouped.ts'

/** A server whose answers wait until they are let go. */
function aServer() {
  const asked: number[][] = []
  const held: (() => void)[] = []
  return {
    asked,
    answerNext: () => held.shift()?.(),
    ask: async (calls: readonly number[]): Promise<readonly string[]> => {
      asked.push([...calls])
      await new Promise<void>((resolve) => held.push(resolve))
      return calls.map((call) => `to ${call}`)
    },
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('calls that come together are one question, and each has its own answer', async () => {
  const { asked, answerNext, ask } = aServer()
  const call = createGrouped(ask, { groupsAtOnce: 1 })
  const answers = Promise.all([1, 2, 3, 4].map(call))
  await turn()
  answerNext()
  expect(await answers).toEqual(['to 1', 'to 2', 'to 3', 'to 4'])
  expect(asked).toEqual([[1, 2, 3, 4]])
})

test('calls that come while enough is under way wait for each other, in their order', async () => {
  const { asked, answerNext, ask } = aServer()
  const call = createGrouped(ask, { groupsAtOnce: 1, groupSize: 4 })
  const first = call(0)
  await turn()
  const others = Promise.all([1, 2, 3, 4, 5, 6, 7].map(call))
  await turn()
  expect(asked).toEqual([[0]])
  answerNext()
  await first
  for (let group = 0; group < 3; group += 1) {
    await turn()
    answerNext()
  }
  expect(await others).toHaveLength(7)
  expect(asked).toEqual([[0], [1, 2, 3, 4], [5, 6], [7]])
})

test('calls that come together are shared out among the groups that may be under way', async () => {
  const { asked, answerNext, ask } = aServer()
  const call = createGrouped(ask, { groupsAtOnce: 2 })
  const answers = Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(call))
  await turn()
  expect(asked).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ])
  answerNext()
  answerNext()
  expect(await answers).toHaveLength(8)
})

test('a call that the server refuses is refused alone', async () => {
  const asked: number[][] = []
  const call = createGrouped(
    async (calls: readonly number[]) => {
      asked.push([...calls])
      if (calls.includes(2)) throw new DatabaseError('two is none', 0, 'error')
      return calls
    },
    { groupsAtOnce: 1 },
  )
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(call))
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  ])
  expect(asked).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]])
})

test('nobody asks again by itself when the connection broke', async () => {
  let asked = 0
  const call = createGrouped(
    () => {
      asked += 1
      return Promise.reject(new Error('Connection terminated unexpectedly'))
    },
    { groupsAtOnce: 1 },
  )
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(call))
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(asked).toBe(1)
  await expect(call(5)).rejects.toThrow('Connection terminated')
})
