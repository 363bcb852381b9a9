import { expect, test } from 'vitest'
import { explainStanding } from '#contracts/explain-standing.ts'
import { foldBlocks } from '#contracts/fold.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import { account, height } from '#test/support/builders.ts'
import { genesis, testNetwork } from '#test/support/test-chain.ts'
import type { HistoryAsk, HistoryPage } from '#ui/features/accounts/recompute.ts'
import { addedKey, recompute } from '#ui/features/accounts/recompute.ts'

const blocks = [...busyMarket({ blocks: 40, jobsPerBlock: 1 })]
const { ledger } = foldBlocks(genesis(), blocks, testNetwork)
const head = { height: height(ledger.head?.height ?? 0), time: ledger.head!.time }
const everything: HistoryPage = {
  operationId: testNetwork.operationId,
  blocks: blocks.map(({ height: at, time, operations }) => ({
    ...{ height: at, time },
    operations: operations.filter(({ action }) => action.type !== 'escrow-approved'),
  })),
  deliveries: [...ledger.jobs.values()].flatMap((job) =>
    'delivered' in job && job.delivered
      ? [
          {
            job: job.id,
            beacon: job.delivered.beacon,
            challengeLeaves: job.delivered.challengeLeaves,
          },
        ]
      : [],
  ),
  next: null,
}

/** A server that has two pages for every question, and notes what it is asked. */
function aServer(page: HistoryPage = everything) {
  const asked: HistoryAsk[] = []
  const middle = Math.floor(page.blocks.length / 2)
  const ask = async (question: HistoryAsk): Promise<HistoryPage> => {
    asked.push(question)
    return question.cursor === undefined
      ? { ...page, blocks: page.blocks.slice(0, middle), next: 'more' }
      : { ...page, blocks: page.blocks.slice(middle), next: null }
  }
  return { asked, ask }
}

const arbiter = account('arbiter0')

test('a browser comes to the scores of the whole chain, and asks for no more than they follow from', async () => {
  const { asked, ask } = aServer()
  const progress: number[] = []
  const found = await recompute({
    ...{ account: arbiter, at: head, ask },
    onProgress: (operations) => progress.push(operations),
  })
  for (const role of ['encoder', 'creator', 'arbiter'] as const)
    expect(found.scores.get(role)).toEqual(scoreOf(ledger, arbiter, role, head.height))
  const [explained] = explainStanding(ledger, arbiter, head.height)
  const entry = explained!.entries[0]!
  expect(found.added.get(addedKey('arbiter', entry.job, entry.at.height))).toBe(entry.added)
  const counterparts = [...ledger.standings.get(arbiter)!.arbiter!.good.keys()].sort()
  expect(
    asked.filter(({ role, accounts }) => role === 'creator' && accounts[0] !== arbiter),
  ).toEqual(
    ['', 'more'].map((cursor) => ({
      ...{ accounts: counterparts, role: 'creator', until: head.height },
      ...(cursor && { cursor }),
    })),
  )
  expect(asked.some(({ role, accounts }) => role === 'encoder' && accounts[0] !== arbiter)).toBe(
    false,
  )
  expect(found.others).toBe(counterparts.length)
  expect(progress.at(-1)).toBeGreaterThanOrEqual(found.operations)
  expect(progress).toEqual(progress.toSorted((left, right) => left - right))
})

test('a server that leaves a payment out is found out', async () => {
  const { ask } = aServer({
    ...everything,
    blocks: everything.blocks.map(({ operations, ...block }) => ({
      ...block,
      operations: operations.filter(({ action }) => action.type !== 'escrow-transfer'),
    })),
  })
  await expect(
    recompute({ account: arbiter, at: head, ask, onProgress: () => undefined }),
  ).rejects.toThrow(/changes nothing after what is known before it/)
})

test('a server that leaves jobs out is found out by another score', async () => {
  const [kept, ...left] = [...ledger.jobs.values()].filter(
    (job) => job.phase === 'settled' && job.award.arbiter === arbiter,
  )
  expect(kept).toBeDefined()
  const isLeft = new Set<string>(left.map(({ id }) => id))
  const jobOf = (action: LedgerAction): string | undefined => {
    if (action.type === 'custom-json') return /"job":"([^"]+)"/.exec(action.json)?.[1]
    return [...ledger.jobs.values()].find(
      (job) => 'award' in job && job.award.escrow === action.escrow && job.creator === action.from,
    )?.id
  }
  const { ask } = aServer({
    ...everything,
    blocks: everything.blocks.map(({ operations, ...block }) => ({
      ...block,
      operations: operations.filter(({ action }) => !isLeft.has(jobOf(action) ?? '')),
    })),
  })
  const found = await recompute({ account: arbiter, at: head, ask, onProgress: () => undefined })
  expect(found.scores.get('arbiter')).not.toEqual(scoreOf(ledger, arbiter, 'arbiter', head.height))
})
