import { randomBytes } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobEvent } from '#protocol/job-event.ts'
import type { HiddenMarket } from '../support/nat/hidden-market.ts'
import { startHiddenMarket } from '../support/nat/hidden-market.ts'
import { makeTinyClip } from '../support/tiny-clip.ts'

/**
 * A creator and an encoder, each behind a router of its own that lets nobody in, a relay, and a chain, in network namespaces. They do whole
 * jobs, and do them too when both cables are pulled in the middle of a step, and put back.
 */

let market: HiddenMarket
let clips = 0

beforeAll(async () => {
  market = await startHiddenMarket()
})
afterAll(() => market?.[Symbol.asyncDispose]())

/** Another video each time: what a node has already is never fetched. Its padding takes a few seconds to cross the routers. */
async function aClip(): Promise<string> {
  clips += 1
  const path = join(market.folder, `clip-${clips}.mp4`)
  await makeTinyClip(path, 96 + 2 * clips)
  const padding = randomBytes(4_000_000)
  padding.writeUInt32BE(padding.length, 0)
  padding.write('free', 4, 'latin1')
  await appendFile(path, padding)
  return path
}

/** Blocks for which the cables are out: five seconds, in which whoever waits for an answer does not get it. */
const cutBlocks = 20

/** The stage belongs to the step where there is one. */
const labelOf = (event: JobEvent): string =>
  'stage' in event ? `${event.type} ${event.stage}` : event.type

/** Carries a job to its end, with the cables out in the middle of a step, and expects it to be paid once, to the milli-HBD. */
async function expectPaid(step: string | null): Promise<void> {
  const { internet } = market
  const before = await market.balances()
  const seen: string[] = []
  const paid: bigint[] = []
  let interruption: Promise<void> | null = null
  const interrupt = async (): Promise<void> => {
    await Promise.all([internet.cut('creator'), internet.cut('encoder')])
    await market.blocks(cutBlocks)
    await Promise.all([internet.rejoin('creator'), internet.rejoin('encoder')])
  }
  await market.job(await aClip(), (event) => {
    if (labelOf(event) === step) interruption ??= interrupt()
    seen.push(labelOf(event))
    if (event.type === 'paid') paid.push(event.amount)
    if (event.type === 'failed') seen.push(event.message)
  })
  await interruption
  expect(seen.at(-1), seen.join('\n')).toBe('finished')
  if (step !== null) expect(seen).toContain(step)
  expect(paid).toHaveLength(1)
  const after = await market.balances()
  const change = (name: string) => (after.get(name) ?? 0n) - (before.get(name) ?? 0n)
  const [price = 0n] = paid
  expect(change('swift-encoder')).toBe(price)
  expect(change('arbiter')).toBe(1n)
  expect(change('creator')).toBe(-price - 1n)
}

test('a creator and an encoder that nobody can dial do a whole job, and the video goes between them directly', async () => {
  await expectPaid(null)
  const [encoder] = (await market.peersOf('creator')).filter(
    ({ account }) => (account as string | null) === 'swift-encoder',
  )
  expect(encoder).toMatchObject({ way: 'direct' })
  expect(encoder?.address).toContain('/webrtc')
  expect(encoder?.bytesOut).toBeGreaterThan(4_000_000)
})

test.each([
  ['offered', 'offer-confirmed'],
  ['bid for', 'bid-received'],
  ['awarded', 'award-confirmed'],
  ['fetched by its encoder', 'progress downloading'],
  ['encoded', 'progress encoding'],
  ['delivered', 'delivered'],
  ['verified', 'check-progress fetching'],
  ['settled', 'settlement-signed'],
])('a job is paid once when both are cut off while it is %s, and rejoin', async (_, step) => {
  await expectPaid(step)
})
