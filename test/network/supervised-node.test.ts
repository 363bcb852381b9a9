import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startCreatorNode } from '#test/support/agent-scene.ts'
import type { TestDevchain } from '#test/support/devchain.ts'
import { aDevchain } from '#test/support/devchain.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const Ready = z.strictObject({
  type: z.literal('ready'),
  url: z.url(),
  agent: z.url(),
  page: z.string(),
})

let devchain: TestDevchain
beforeAll(async () => {
  devchain = await aDevchain({ pace: { type: 'interval', seconds: 0.5 } })
})
afterAll(async () => await devchain[Symbol.asyncDispose]())

const aNode = async (input: string | null) =>
  startCreatorNode('alice', {
    ...{ rpc: devchain.url, data: await makeFolder(), input },
    more: ['--supervised'],
  })

test('a supervised node says by one line of JSON where its agent and its page are', async () => {
  const node = await aNode(null)
  const { agent, page } = Ready.parse(JSON.parse(await node.line((line) => line.startsWith('{'))))
  expect(page).toMatch(/#key=[0-9a-f]{64}$/)
  expect(new URL(page).origin).toBe(new URL(agent).origin)
  expect((await fetch(agent)).status).toBe(200)

  node.process.stdin?.end()
  const { code, stdout } = await node.ended
  expect(code).toBe(0)
  expect(stdout.split('\n').filter((line) => line.includes('#key='))).toHaveLength(1)
})

test('a supervised node whose supervisor is killed stops, though nobody reads what it says', async () => {
  const node = await aNode(null)
  await node.line((line) => line.startsWith('{'))
  node.ended.catch(() => undefined)
  const ended = once(node.process, 'exit')
  for (const stream of node.process.stdio) stream?.destroy()
  expect(await ended).toEqual([0, null])
})

test('a node whose supervisor has gone before it is up does not come up', async () => {
  const { code, stdout } = await (await aNode('')).ended
  expect(code).toBe(0)
  expect(stdout).not.toContain('ready')
})
