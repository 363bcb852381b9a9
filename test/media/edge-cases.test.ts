import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { mostStoredPixels } from '#node/encoding/input-arguments.ts'
import { openAnalysis } from '#test/support/analysis.ts'
import { encodeTree, requestFor } from '#test/support/clip.ts'
import { edgeCases } from '#test/support/edge-cases/all.ts'
import type { EdgeCase, Expectation, Workshop } from '#test/support/edge-cases/edge-case.ts'
import { openWorkshop } from '#test/support/edge-cases/edge-case.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { checkFolder } from '#test/support/folder-check.ts'
import { checkTree } from '#test/support/tree-check.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether every case runs, or those that stand for the others. */
    readonly edgeCases: 'all' | 'representative'
  }
}

let tools: FfmpegTools
let engine: EncodingEngine
let workshop: Workshop

beforeAll(async () => {
  tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 2 })
  workshop = openWorkshop(tools, await makeFolder())
})

/** Leaves of a tree that are encoded again and compared, besides all that is looked at of every tree. */
const leaves = 2

/** One line for each case that ran: what kind, which, and how it ended. */
const table: string[] = []

afterAll(() => {
  if (inject('edgeCases') === 'all') process.stdout.write(`\n${table.join('\n')}\n\n`)
})

const isWanted = ({ isRepresentative }: EdgeCase): boolean =>
  inject('edgeCases') === 'all' || isRepresentative === true

const wanted = Object.entries(edgeCases)
  .map(([group, cases]) => [group, cases.filter(isWanted)] as const)
  .filter(([, cases]) => cases.length > 0)

for (const [group, cases] of wanted)
  describe(group, () => {
    for (const edgeCase of cases)
      test(edgeCase.name, async () => {
        const ended = await endOf(edgeCase).catch((error: unknown) => {
          tell(group, edgeCase, 'FAILED')
          throw error
        })
        tell(group, edgeCase, ended)
      })
  })

async function endOf({ make, outcome, without, segmentSeconds = 0.5 }: EdgeCase): Promise<string> {
  const file = await make(workshop)
  if (!('refused' in outcome)) return await expectTree(file, outcome, segmentSeconds)
  const limits = { seconds: 43_200, pixels: mostStoredPixels }
  const analyse = await openAnalysis(tools, limits, without)
  await expect(analyse(file, untroubled)).rejects.toMatchObject({ code: outcome.refused })
  return `refused: ${outcome.refused}`
}

/** Encodes as an offer would ask for it, but for the length of its segments, and checks all that it became. */
async function expectTree(
  file: string,
  expected: Expectation,
  segmentSeconds: number,
): Promise<string> {
  const profile = await engine.analyse(file, { signal: untroubled })
  const { rate, width, height } = profile
  const segmentFrames = Math.max(
    1,
    Math.round((segmentSeconds * rate.numerator) / rate.denominator),
  )
  const ladder = buildLadder(width, height, profile)
  const options = { ladder, segmentFrames, partSegments: 2 }
  const request = await requestFor(engine, file, options)
  const tree = await encodeTree(engine, request)
  await checkTree(tools, tree, expected)
  const { folder } = tree
  const { verdict, faults } = await checkFolder({ engine, tools }, { folder, source: file, leaves })
  expect({ verdict, faults }).toEqual({ verdict: 'pass', faults: [] })
  const sizes = ladder.map((rendition) => `${rendition.width}x${rendition.height}`)
  return `encoded: ${sizes.join(' ')} at ${expected.rate}, ${expected.frames} frames`
}

function tell(group: string, { name }: EdgeCase, ended: string): void {
  table.push(`${group.padEnd(11)} ${name.padEnd(58)} ${ended}`)
}
