import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { parametersAt } from '#contracts/parameters.ts'
import { buildLadder } from '#market/domain/ladder.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { checkTree } from '#node/verification/tree-check.ts'
import { Fault } from '#protocol/attestation.ts'
import type { BothBuilds, Build } from '#test/support/both-builds.ts'
import { openBothBuilds } from '#test/support/both-builds.ts'
import { hashHex, height } from '#test/support/builders.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeSegments, encodeTree, requestFor } from '#test/support/clip.ts'
import { untroubled as signal } from '#test/support/ffmpeg.ts'
import { ofAnotherClass } from '#test/support/folder-check.ts'
import { makeVariedSource } from '#test/support/varied-source.ts'
import { recordSection } from './record-section.ts'

/**
 * Whole checks of honest work: sources of which no two are alike, each encoded in one of the ways that there are, and checked as
 * `spk-encoder verify` does, structure and challenge. Fails on a single false alarm.
 *
 *   node test/perf/honest-checks.ts [--checks 280] [--kept FOLDER] [--record]
 *
 * What was checked stays in the folder, and the next run with it goes on from there.
 */
const { values } = parseArgs({
  options: {
    checks: { type: 'string', default: '280' },
    kept: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
})

type Way = {
  readonly name: string
  readonly make: (builds: BothBuilds, request: EncodeRequest) => Promise<Tree>
  /** Whose eyes it is checked with. */
  readonly by: (builds: BothBuilds) => Build
}

const itself = (builds: BothBuilds): Build => builds

/** Every second part of a tree that some engine makes. */
async function half(engine: EncodingEngine, request: EncodeRequest) {
  const { partSegments } = request.terms.grid
  const all = await encodeSegments(engine, request)
  return all.filter(
    ({ rendition, index }) => rendition !== 'audio' && Math.floor(index / partSegments) % 2 === 0,
  )
}

const ways: readonly Way[] = [
  {
    name: 'of the same class, byte by byte',
    make: ({ engine }, request) => encodeTree(engine, request),
    by: itself,
  },
  {
    name: 'stopped half-way and gone on, byte by byte',
    make: async ({ engine }, request) =>
      await encodeTree(engine, request, await half(engine, request)),
    by: itself,
  },
  {
    name: 'of the same build, by measuring',
    make: ({ engine }, request) => encodeTree(engine, request),
    by: ({ engine, tools }) => ({ engine: ofAnotherClass(engine), tools }),
  },
  {
    name: 'of the x264 of 2018, by measuring',
    make: ({ shipped }, request) => encodeTree(shipped.engine, request),
    by: itself,
  },
  {
    name: 'split between both builds, by measuring',
    make: async ({ engine, shipped }, request) =>
      await encodeTree(shipped.engine, request, await half(engine, request)),
    by: itself,
  },
  {
    name: 'of this build, by measuring with that of 2018',
    make: ({ engine }, request) => encodeTree(engine, request),
    by: ({ shipped }) => shipped,
  },
  {
    name: 'split between both builds, by measuring with that of 2018',
    make: async ({ engine, shipped }, request) =>
      await encodeTree(engine, request, await half(shipped.engine, request)),
    by: ({ shipped }) => shipped,
  },
]

const Check = z.object({
  way: z.string(),
  leaves: z.int(),
  compared: z.int(),
  faults: z.array(Fault),
})
type Check = z.infer<typeof Check>

async function main(): Promise<void> {
  const builds = await openBothBuilds()
  const checks: Check[] = []
  for (let seed = 0; seed < Number(values.checks); seed += 1) {
    const check = await checkedOnce(seed, () => checkOne(builds, seed))
    checks.push(check)
    const told = check.faults.length === 0 ? '' : `: ALARM ${JSON.stringify(check.faults)}`
    process.stdout.write(
      `${seed} ${check.way}, ${check.compared} of ${check.leaves} leaves${told}\n`,
    )
  }
  const alarms = checks.filter(({ faults }) => faults.length > 0)
  const lines = [
    ...ways.map(({ name }) =>
      lineOf(
        name,
        checks.filter(({ way }) => way === name),
      ),
    ),
    lineOf('all', checks),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  await recordSection({
    name: 'honest checks',
    title: 'Verification: whole checks of honest work',
    how: 'each of another source, by `npm run bench:honest`.',
    lines,
  })
  process.exitCode = alarms.length === 0 ? 0 : 1
}

async function checkOne(builds: BothBuilds, seed: number): Promise<Check> {
  const { tools, engine } = builds
  const folder = await mkdtemp(path.join(builds.folder, 'check-'))
  const source = await makeVariedSource(tools, { seed, folder })
  const profile = await engine.analyse(source, { signal })
  const ladder = buildLadder(profile.width, profile.height, profile)
  const request = await requestFor(engine, source, { ladder })
  const way = ways[seed % ways.length]
  if (!way) throw new RangeError('a remainder is a place')
  const tree = await way.make(builds, request)
  const scratch = path.join(folder, 'scratch')
  await mkdir(scratch)
  const { faults, leaves, findings } = await checkTree(way.by(builds), {
    ...{ folder: tree.folder, source, scratch, signal, seed: hashHex(`check ${seed}`) },
    leaves: parametersAt(height(0)).challenge.newcomerLeaves,
    onProgress: () => undefined,
  })
  await rm(folder, { recursive: true })
  await rm(tree.folder, { recursive: true })
  const compared = findings.length
  return { way: way.name, leaves: leaves ?? 0, compared, faults: [...faults] }
}

/** A run that is interrupted loses nothing. */
async function checkedOnce(seed: number, check: () => Promise<Check>): Promise<Check> {
  if (values.kept === undefined) return await check()
  const file = path.join(values.kept, `${seed}.json`)
  const kept = await readFile(file, 'utf8').catch(() => null)
  if (kept !== null) return Check.parse(JSON.parse(kept))
  const checked = await check()
  await mkdir(values.kept, { recursive: true })
  await writeFile(file, JSON.stringify(checked))
  return checked
}

function lineOf(name: string, checks: readonly Check[]): string {
  const sum = (of: (check: Check) => number): number =>
    checks.reduce((total, check) => total + of(check), 0)
  const alarms = sum(({ faults }) => Number(faults.length > 0))
  return `${name}: ${checks.length} checks of ${sum(({ leaves }) => leaves)} leaves, ${sum(({ compared }) => compared)} of them drawn, ${alarms} false alarms`
}

await main()
