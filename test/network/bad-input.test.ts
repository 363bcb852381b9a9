import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { JobEvent } from '#protocol/job-event.ts'
import { devchainClient } from '../support/devchain.ts'
import { ffmpeg, openTools } from '../support/ffmpeg.ts'
import type { LocalMarket } from '../support/local-market.ts'
import { startLocalMarket } from '../support/local-market.ts'
import { makeTinyClip } from '../support/tiny-clip.ts'

/** What no encoder could use is refused by the creator's node: before an offer is made, and before any money moves. */

const CustomJson = z.object({ json: z.string() })

let market: LocalMarket

beforeAll(async () => {
  market = await startLocalMarket()
})

afterAll(() => market?.[Symbol.asyncDispose]())

const at = (name: string): string => join(market.folder, name)

const inputs: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'zero-byte.mp4': (path) => writeFile(path, ''),
  'truncated.mp4': async (path) => {
    await makeTinyClip(path)
    await truncate(path, 20_000)
  },
  'text.mp4': (path) => writeFile(path, 'This is no video at all.\n'.repeat(400)),
  'audio-only.mp4': async (path) =>
    ffmpeg(await openTools(), ...['-f', 'lavfi', '-i', 'sine=duration=3', '-c:a', 'aac', path]),
  'points-to-address.m3u8': (path) =>
    writeFile(path, '#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1:1/secret.ts\n#EXT-X-ENDLIST\n'),
  'points-to-file.m3u8': (path) =>
    writeFile(path, '#EXTM3U\n#EXTINF:4,\n/etc/passwd\n#EXT-X-ENDLIST\n'),
  'missing.mp4': async () => undefined,
}

test.each([
  ['zero-byte.mp4', 'input-empty'],
  ['truncated.mp4', 'input-truncated'],
  ['text.mp4', 'input-unreadable'],
  ['audio-only.mp4', 'input-no-video'],
  ['points-to-address.m3u8', 'input-playlist'],
  ['points-to-file.m3u8', 'input-playlist'],
  ['missing.mp4', 'input-missing'],
  ['.', 'input-missing'],
])('%s is refused as %s, in one sentence', async (name, code) => {
  await inputs[name]?.(at(name))
  const events: JobEvent[] = []
  market.onEvent = (event) => events.push(event)
  await expect(
    market.runJob({ path: at(name), ceiling: undefined, codec: 'h264' }),
  ).rejects.toMatchObject({
    name: 'MarketError',
    code,
    message: expect.stringMatching(/^[A-Z][^\n]*\.$/),
  })
  expect(events).toEqual([])
})

test("after all of that, the creator's money is whole and the chain has seen no offer", async () => {
  const client = devchainClient(market.rpc)
  const [creator] = await client.database.getAccounts(['creator'])
  expect(creator?.hbd_balance).toBe('100.000 HBD')
  const history = await client.database.getAccountHistory('creator', -1, 1_000)
  const posted = history.flatMap(([, { op }]) =>
    op[0] === 'custom_json' ? [JSON.parse(CustomJson.parse(op[1]).json).t] : [],
  )
  expect(posted).toEqual(['node.register'])
})
