import { expect, test } from 'vitest'
import type { Client } from '#protocol/client.ts'
import { CallError } from '#protocol/client.ts'
import { alice } from '#test/support/builders.ts'
import { agentState } from '#ui/features/me/agent-state.ts'
import { allEarnings } from '#ui/features/me/all-earnings.ts'
import { boundsOf, parseEarningsSearch } from '#ui/features/me/earnings-period.ts'

const seconds = (text: string): number => Date.parse(text) / 1_000

test('periods begin and end with months and years of UTC', () => {
  const now = Date.parse('2026-01-31T23:59:59Z')
  expect(boundsOf('all', now)).toEqual({})
  expect(boundsOf('year', now)).toEqual({ from: seconds('2026-01-01T00:00:00Z') })
  expect(boundsOf('month', now)).toEqual({ from: seconds('2026-01-01T00:00:00Z') })
  expect(boundsOf('last-month', now)).toEqual({
    from: seconds('2025-12-01T00:00:00Z'),
    to: seconds('2026-01-01T00:00:00Z'),
  })
  expect(parseEarningsSearch({ period: 'last-month' })).toEqual({ period: 'last-month' })
  expect(parseEarningsSearch({ period: 'decade' })).toEqual({})
})

test('payments of all pages are collected in order, each page asked for once', async () => {
  const asked: unknown[] = []
  const pages = [
    { earnings: ['c', 'b'], next: 'two' },
    { earnings: ['a'], next: null },
  ]
  const call = (async (_route, request) => {
    asked.push(request)
    return pages[asked.length - 1]
  }) as Client
  expect(await allEarnings(call, alice, { from: 7 })).toEqual(['c', 'b', 'a'])
  expect(asked).toEqual([
    { params: { account: alice }, query: { limit: 500, from: 7 } },
    { params: { account: alice }, query: { limit: 500, from: 7, cursor: 'two' } },
  ])
})

test('an agent that is not there is told from one that does not know the page', () => {
  const failed = (status: number) => new CallError('no', { code: 'x', status })
  expect(agentState(undefined, null)).toEqual({ phase: 'looking' })
  expect(agentState({ status: 'ready' }, failed(0))).toEqual({ phase: 'absent' })
  expect(agentState(undefined, failed(401))).toEqual({ phase: 'unpaired' })
  expect(agentState(undefined, failed(500))).toEqual({ phase: 'failed', reason: 'no' })
  expect(agentState({ status: 'ready' }, null)).toEqual({
    phase: 'paired',
    health: { status: 'ready' },
  })
})
