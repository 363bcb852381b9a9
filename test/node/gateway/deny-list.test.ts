import { createHash } from 'node:crypto'
import { rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDenyList } from '#node/gateway/deny-list.ts'
import { cid } from '#test/support/builders.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { aRecordingLogger } from '#test/support/recording-logger.ts'

const [bad, tree, hashed, good] = ['bad', 'tree', 'hashed', 'good'].map((name) => cid(name))
const badbits = createHash('sha256').update(`${hashed}/`).digest('hex')

async function aList(text: string) {
  const file = join(await makeFolder(), 'deny.txt')
  await writeFile(file, text)
  let now = 0
  const logger = aRecordingLogger()
  const list = await openDenyList(file, { logger, now: () => now })
  const pass = (ms: number): void => {
    now += ms
  }
  return { file, logger, list, pass }
}

const text = `version: 1
name: example
---
# a remark
/ipfs/${bad}
/ipfs/${tree}/480p/* reason=example
//${badbits}
nonsense
`

test('what is listed is denied, with all below it, and nothing else', async () => {
  const { list, logger } = await aList(text)
  const judged: Record<string, boolean> = {}
  const paths = [`${bad}`, `${bad}/x/y`, `${tree}`, `${tree}/480p/0.ts`, `${tree}/720p/0.ts`]
  for (const path of [...paths, `${hashed}`, `${hashed}/x`, `${good}`])
    judged[path] = await list.denies(path)
  expect(Object.values(judged)).toEqual([true, true, false, true, false, true, true, false])
  expect(logger.lines).toMatchObject([{ facts: { lines: ['nonsense'] } }])
})

test('a list that is edited counts soon after; one that is gone still denies what it did', async () => {
  const { file, list, pass } = await aList(`/ipfs/${bad}`)
  await writeFile(file, `/ipfs/${good}`)
  await utimes(file, new Date(5_000), new Date(5_000))
  expect(await list.denies(`${good}`)).toBe(false)
  pass(11_000)
  expect([await list.denies(`${good}`), await list.denies(`${bad}`)]).toEqual([true, false])
  await rm(file)
  pass(11_000)
  expect(await list.denies(`${good}`)).toBe(true)
})

test('a list that cannot be read at the start is an error of the option', async () => {
  const deps = { logger: aRecordingLogger(), now: () => 0 }
  await expect(openDenyList('/nonexistent/deny.txt', deps)).rejects.toMatchObject({
    code: 'option-invalid',
  })
})
