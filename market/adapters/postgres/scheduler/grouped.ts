// biome-ignore lint/correctness/noUnresolvedImports: it is there, from pg-protocol, and the type checker knows it
import { DatabaseError } from 'pg'

type Waiting<Call, Answer> = {
  readonly call: Call
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export type GroupedOptions = {
  /** Groups under way at a time: while the server has one, answers of another are read. */
  readonly groupsAtOnce?: number
  /** A power of two. */
  readonly groupSize?: number
}

/**
 * Makes one question of the calls that come at the same time, or while others are under way, so that a busy process pays for one
 * round trip, one plan and one commit instead of many. A call that comes alone goes at once. `ask` answers in the order of the
 * calls; groups have a power of two of them, so that there are few statements to plan. What the server refuses of a group it is
 * asked of each call by itself: nobody suffers from another's call.
 */
export function createGrouped<Call, Answer>(
  ask: (calls: readonly Call[]) => Promise<readonly Answer[]>,
  { groupsAtOnce = 2, groupSize = 16 }: GroupedOptions = {},
): (call: Call) => Promise<Answer> {
  const waiting: Waiting<Call, Answer>[] = []
  let underWay = 0
  let isCalled = false

  const askOf = async (group: readonly Waiting<Call, Answer>[]): Promise<void> => {
    try {
      const answers = await ask(group.map(({ call }) => call))
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer)
    } catch (error) {
      // Of a group that the server refused nothing was kept; of one whose connection broke nobody knows.
      if (group.length > 1 && error instanceof DatabaseError)
        for (const one of group) await askOf([one])
      else for (const { reject } of group) reject(error)
    }
  }

  const depart = (): void => {
    isCalled = false
    while (waiting.length > 0 && underWay < groupsAtOnce) {
      // Shared out among the groups that may leave, so that the server's work and ours overlap.
      const share = Math.ceil(waiting.length / (groupsAtOnce - underWay))
      const size = Math.min(groupSize, 2 ** Math.floor(Math.log2(share)))
      underWay += 1
      void askOf(waiting.splice(0, size)).then(() => {
        underWay -= 1
        depart()
      })
    }
  }

  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject })
      if (isCalled) return
      isCalled = true
      // After all that has been read from the network by now: calls that one answer sets free come together.
      setImmediate(depart)
    })
}
