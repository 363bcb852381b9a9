import path from 'node:path'
import { expect, test } from 'vitest'
import { createCreatorJobStore } from '#market/adapters/sqlite/job-stores.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import { createDeliveryChecker } from '#node/verification/delivery-checker.ts'
import { Manifest } from '#protocol/manifest.ts'
import { openEncodingNode } from '#test/support/encoding-node.ts'
import { ffmpeg, makeFolder, openTools, pictureHashes, untroubled } from '#test/support/ffmpeg.ts'
import { aMarket } from '#test/support/market-in-process.ts'

const seconds = 8

test('a source’s own 720p goes through the market as it is: offered, copied, checked and paid', async () => {
  const tools = await openTools()
  const folder = await makeFolder()
  const engine = await createEncodingEngine(
    { tools },
    { directory: folder, signal: untroubled, workers: 2 },
  )
  const clip = path.join(folder, 'clip.mp4')
  const picture = `testsrc2=size=1280x720:rate=24:duration=${seconds},setsar=1`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-profile:v',
    'high',
    '-pix_fmt',
    'yuv420p',
  ]
  const rate = ['-b:v', '1800k', '-maxrate', '2200k', '-bufsize', '4400k']
  const groups = ['-g', '48', '-sc_threshold', '0', '-bf', '2', '-x264-params', 'open-gop=0']
  await ffmpeg(tools, ...inputs, ...video, ...rate, ...groups, '-c:a', 'aac', clip)

  await using node = await openEncodingNode(engine, tools)
  const { content, processor, trees } = node
  const workspaces = createWorkspaces(path.join(folder, 'work'), content)
  await using market = await aMarket(
    'by hand',
    {},
    {
      ...{ path: clip, engine, content, processor },
      checkerOf: (ledger) =>
        createDeliveryChecker(
          {
            ...{ content, engine, ledger, trees, ...tools },
            clock: { now: Date.now },
            workspaceOf: (job) => workspaces(job, 'check'),
          },
          { patienceMs: 0, pollMs: 1 },
        ),
    },
  )
  await market.live(4)
  const id = await market.post('00000000000000aa')
  const { creator } = market.participants
  const ledgerJob = () => creator.node.follower.view.current().jobs.get(id)
  for (let round = 0; round < 60 && ledgerJob()?.phase !== 'settled'; round += 1)
    await market.live(1)

  const job = ledgerJob()
  if (job?.phase !== 'settled' || !job.delivered) throw new Error('it was delivered and settled')
  expect(job.offer.copied).toBe('720p')
  expect([job.toEncoder, job.toCreator]).toEqual([job.award.price, 0n])
  const posted = createCreatorJobStore(creator.node.database).find(id)
  expect(posted).toMatchObject({ phase: 'paid', check: { verdict: 'pass', faults: [] } })

  const { root } = job.delivered.operation
  const manifest = Manifest.parse(
    JSON.parse((await node.read(`/ipfs/${root}/manifest.json`)) ?? ''),
  )
  expect(manifest).toMatchObject({
    copied: '720p',
    renditions: [{ name: '720p' }, { name: '480p' }],
  })
  // Nothing was encoded: picture by picture it is the source.
  const own = `${node.url}/ipfs/${root}/720p/index.m3u8`
  expect(await pictureHashes(tools, own)).toEqual(await pictureHashes(tools, clip))
  expect(await node.read(`/ipfs/${root}/storyboard/storyboard.vtt`)).toContain(
    'sheet_000.jpg#xywh=',
  )
})
