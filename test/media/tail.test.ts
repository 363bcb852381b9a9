import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import { localRequest } from '#node/local/local-request.ts'
import { Manifest } from '#protocol/manifest.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { alice } from '#test/support/builders.ts'
import { openEncodingNode } from '#test/support/encoding-node.ts'
import { ffmpeg, makeFolder, packetsOf, untroubled } from '#test/support/ffmpeg.ts'
import { openLocal } from '#test/support/local-encode.ts'

/** Share of the encode's work that may be left when its last part is finished. */
const mostOfWork = 0.02

const seconds = 20

let local: Awaited<ReturnType<typeof openLocal>>
let request: EncodeRequest

/** What is done once the last part is finished. */
const tail = { hasBegun: false, programs: 0, pictures: 0, bytesRead: 0, inputs: new Set<string>() }

beforeEach(() => {
  Object.assign(tail, { hasBegun: false, programs: 0, pictures: 0, bytesRead: 0 })
  tail.inputs.clear()
})

const words = '1\n00:00:01,000 --> 00:00:03,000\nHello\n'

beforeAll(async () => {
  local = await openLocal()
  const folder = await makeFolder()
  const clip = path.join(folder, 'clip.mkv')
  await writeFile(path.join(folder, 'text.srt'), words)
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=24:duration=${seconds}`]
  const sound = ['-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  const texts = ['-i', path.join(folder, 'text.srt'), '-c:s', 'subrip']
  await ffmpeg(local.tools, ...inputs, ...sound, ...texts, clip)
  const profile = await local.engine.analyse(clip, { signal: untroubled })
  request = localRequest(clip, {
    cid: await fileCid(clip),
    profile,
    qualities: [],
    recipe: contractRecipe,
  })
})

/** Tools that note what is given to them in the tail. */
function noting(): FfmpegTools {
  const { ffmpeg: encoder, ffprobe, ...rest } = local.tools
  return {
    ...rest,
    ffmpeg: {
      run: async (run) => {
        if (tail.hasBegun) {
          tail.programs += 1
          for (const [place, argument] of run.args.entries())
            if (run.args[place - 1] === '-i') {
              tail.inputs.add(argument)
              tail.pictures += (
                await packetsOf(local.tools, path.join(run.directory, argument))
              ).length
            }
        }
        return await encoder.run(run)
      },
    },
    ffprobe: {
      run: async (run) => {
        if (tail.hasBegun) tail.inputs.add(run.args.at(-1) ?? '')
        await ffprobe.run(run)
      },
    },
  }
}

function expectShort({ renditions, grid }: Manifest): void {
  // Two programs over pictures set aside, none of them over the source or a segment.
  expect(tail.inputs).toEqual(new Set(['tiles.h264', 'poster.h264']))
  expect(tail.programs).toBe(2)
  expect(tail.bytesRead).toBe(0)
  expect(tail.pictures).toBeGreaterThan(0)
  expect(tail.pictures / (grid.frames * renditions.length)).toBeLessThanOrEqual(mostOfWork)
}

test('a node has little to do when the last part is finished, and reads nothing again', async () => {
  const watched = (content: ContentStore): ContentStore => ({
    ...content,
    read: async (...asked) => {
      const bytes = await content.read(...asked)
      if (tail.hasBegun) tail.bytesRead += bytes.length
      return bytes
    },
  })
  await using node = await openEncodingNode(local.engine, noting(), watched)
  const { root } = await node.processor.process(await node.offer(request), alice, {
    signal: untroubled,
    onProgress: ({ stage }) => {
      tail.hasBegun = stage === 'uploading'
    },
  })
  const manifest = Manifest.parse(
    JSON.parse((await node.read(`/ipfs/${root}/manifest.json`)) ?? ''),
  )
  expectShort(manifest)
  expect(manifest.subtitles).toHaveLength(1)

  // The market's tree is the one that a local encode of the same video makes.
  tail.hasBegun = false
  const report = await createEncodeFile(local)({
    file: request.source,
    out: path.join(await makeFolder(), 'out'),
    qualities: [],
    recipe: contractRecipe,
    hasExtras: true,
    signal: untroubled,
    onProgress: () => undefined,
  })
  expect(report.root).toBe(root)
})

test('so it is with a local encode', async () => {
  local.cache.evict(0)
  const { folder } = await createEncodeFile({ ...local, tools: noting() })({
    file: request.source,
    out: path.join(await makeFolder(), 'out'),
    qualities: [],
    recipe: contractRecipe,
    hasExtras: true,
    signal: untroubled,
    onProgress: ({ stage }) => {
      tail.hasBegun = stage === 'finishing'
    },
  })
  const text = await readFile(path.join(folder, 'manifest.json'), 'utf8')
  expectShort(Manifest.parse(JSON.parse(text)))
})
