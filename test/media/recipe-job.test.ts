import path from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import { createPieceStore } from '#market/adapters/sqlite/piece-store.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { createJobProcessor } from '#node/processing/job-processor.ts'
import { createJobTrees } from '#node/processing/job-trees.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import { createDeliveryChecker } from '#node/verification/delivery-checker.ts'
import { Manifest } from '#protocol/manifest.ts'
import { makeFolder, openTools, untroubled as signal } from '#test/support/ffmpeg.ts'
import { openLoneContent } from '#test/support/lone-content.ts'
import { aMarket } from '#test/support/market-in-process.ts'
import type { MarketMedia } from '#test/support/participant.ts'
import { aRecordingLogger } from '#test/support/recording-logger.ts'

/** A short film, and everything that a market does with it, for all of its nodes on this machine. */
async function realMedia(): Promise<MarketMedia> {
  const tools = await openTools()
  const folder = await makeFolder()
  const file = path.join(folder, 'clip.mp4')
  await makeSampleClip(tools, file, { signal, width: 160, height: 90, rate: '12', seconds: 3 })
  const engine = await createEncodingEngine({ tools }, { directory: folder, signal, workers: 2 })
  await engine.prove('av1-fmp4-3', { signal })
  const content = await openLoneContent(path.join(folder, 'blocks'))
  const { database, state } = openDatabase(path.join(folder, 'node.sqlite'))
  const clock = { now: Date.now }
  const workspaces = createWorkspaces(path.join(folder, 'work'), content)
  const logger = aRecordingLogger()
  return {
    ...{ path: file, engine, content },
    processor: createJobProcessor({
      ...{ content, engine, tools, state, clock, logger },
      engineFor: () => engine,
      pieces: createPieceStore(database),
      cache: createPieceCache(database, clock),
      workspaceOf: (job) => workspaces(job, 'encode'),
      trees: createJobTrees(() => null),
    }),
    checkerOf: (ledger) =>
      createDeliveryChecker(
        {
          ...{ content, engine, ...tools, ledger, clock },
          trees: createJobTrees(() => null),
          workspaceOf: (job) => workspaces(job, 'check'),
        },
        { patienceMs: 0, pollMs: 1 },
      ),
  }
}

test('a job in AV1 goes from its offer to its payment, and its tree is what was asked for', async () => {
  const media = await realMedia()
  await using market = await aMarket('by hand', {}, media, { publishes: ['av1-fmp4-3'] })
  await market.live(4)
  const id = await market.post('00000000000000a1', 'av1')
  await market.live(30)
  const job = market.participants.creator.node.follower.view.current().jobs.get(id)
  if (job?.phase !== 'settled' || !job.delivered) throw new Error(`the job is ${job?.phase}`)
  expect(job.toEncoder).toBe(job.award.price)
  expect(job.delivered.attestations.map(({ operation }) => operation.verdict)).toEqual(['pass'])
  const { manifest: record } = job.delivered.operation
  const bytes = await media.content.read(record, { limitBytes: 2 ** 20, signal })
  const manifest = Manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  expect(manifest).toMatchObject({
    ...{ recipe: 'av1-fmp4-3', class: media.engine.proofOf('av1-fmp4-3')?.class },
    renditions: [{ name: '90p', codecs: 'av01.0.00M.08', level: '2.0' }],
  })
})
