import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Bars } from '#ui/shared/components/chart/bars.tsx'
import { Sparkline, sparkPoints } from '#ui/shared/components/chart/sparkline.tsx'
import { CidView } from '#ui/shared/components/cid.tsx'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'

/** What a reader of the page is told, without its marks. */
const textOf = (element: ReactElement): string =>
  renderToStaticMarkup(element)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

describe('an answer of the server', () => {
  const query = {
    ...{ data: undefined as string | undefined, error: null as Error | null },
    ...{ fetchStatus: 'idle', isPlaceholderData: false, refetch: async () => ({}) as never },
  } as const
  const draw = (state: object): string =>
    textOf(
      <QueryView
        query={{ ...query, ...state }}
        empty={{ when: (text) => text === '', say: 'Nothing yet.' }}
      >
        {(text) => text}
      </QueryView>,
    )
  test.each([
    ['asked for', { fetchStatus: 'fetching' }, ''],
    ['there', { data: 'an answer' }, 'an answer'],
    ['empty', { data: '' }, 'Nothing yet.'],
    ['refused', { error: new Error('Not now.') }, 'Not now. Try again'],
    ['out of reach', { fetchStatus: 'paused' }, 'You are offline; this comes when you are back.'],
    [
      'old',
      { data: 'an answer', error: new Error('Not now.') },
      'Not now. What you see is from before. an answer',
    ],
    [
      'old while offline',
      { data: 'an answer', fetchStatus: 'paused' },
      'You are offline. What you see is from before. an answer',
    ],
  ])('is drawn when it is %s', (_, state, text) => expect(draw(state)).toBe(text))
})

test('parts of a page say in words what they show', () => {
  const page = (
    <Page title="Jobs" lead="All of them.">
      <Badge tone="good">completed</Badge>
    </Page>
  )
  expect(textOf(page)).toBe('Jobs All of them. completed')
  expect(textOf(<Figure label="Peers" value={12} note="lately" />)).toBe('Peers 12 lately')
  expect(textOf(<Hbd milli={42n} />)).toBe('0.042 HBD')
  expect(textOf(<Hbd milli={null} />)).toBe('–')
})

test('a moment is told as long ago, and whole to whoever asks', () => {
  const html = renderToStaticMarkup(<Time at={Date.UTC(2020, 0, 2, 3, 4, 5) / 1_000} />)
  expect(html).toContain('title="2020-01-02 03:04:05 UTC"')
  expect(html).toContain('yr. ago')
})

test('ids are short, and whole where they are copied and opened', () => {
  const cid = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
  const html = renderToStaticMarkup(<CidView cid={cid} path="/master.m3u8" />)
  expect(html).toContain(`href="/ipfs/${cid}/master.m3u8"`)
  expect(html).toContain('bafybeig…bzdi')
  const transaction = 'a'.repeat(40)
  expect(textOf(<TransactionLink transaction={transaction} height={1_234_567} />)).toContain(
    'block 1,234,567',
  )
})

test('bars say their names and numbers, and the longest is whole', () => {
  const bars = [
    { label: 'alice', value: 1 },
    { label: 'bob', value: -4 },
  ]
  const html = renderToStaticMarkup(
    <Bars title="Payers" bars={bars} format={(value) => `${value} HBD`} />,
  )
  expect(html).toContain('-4 HBD')
  expect(html).toContain('width="25"')
  expect(html).toContain('width="100"')
})

test('a small line goes from edge to edge, the highest value on top', () => {
  expect(sparkPoints([1, 3, 2])).toBe('2.0,26.0 60.0,2.0 118.0,14.0')
  expect(sparkPoints([5])).toBe('2.0,14.0 118.0,14.0')
  expect(renderToStaticMarkup(<Sparkline title="up" values={[1, 2]} />)).toContain(
    'aria-label="up"',
  )
})
