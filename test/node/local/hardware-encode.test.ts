import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findCandidates } from '#node/encoding/hardware/device-candidates.ts'
import { openHardwareEngine } from '#node/encoding/hardware/hardware-engine.ts'
import { createProvenDevices } from '#node/encoding/hardware/proven-devices.ts'
import type { EncodeFileDeps } from '#node/local/encode-file.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import { checkTree } from '#node/verification/tree-check.ts'
import { HardwareEncoder } from '#protocol/encoder.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { presets } from '#protocol/ladder.ts'
import { Manifest } from '#protocol/manifest.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { fakeFfmpeg } from '#test/support/fake-ffmpeg.ts'
import { fakeMachine } from '#test/support/fake-machine.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { openLocal } from '#test/support/local-encode.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

test('a tree that hardware made says so, passes its check, and is never taken for the recipe’s', async () => {
  const local = await openLocal()
  const file = path.join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(file)
  const encode = async (deps: EncodeFileDeps, out: string) =>
    await createEncodeFile(deps)({
      ...{ file, out, qualities: [], recipe: contractRecipe, hasExtras: false, signal: untroubled },
      onProgress: () => undefined,
    })
  const [out, plain] = [path.join(await makeFolder(), 'out'), path.join(await makeFolder(), 'out')]
  const withHardware = await hardwareDeps(local)

  const made = await encode(withHardware, out)
  expect(made.renditions[0]?.hardware).toEqual({ h264_vaapi: made.renditions[0]?.segments })
  const text = await readFile(path.join(out, 'manifest.json'), 'utf8')
  expect(Manifest.parse(JSON.parse(text)).renditions[0]?.hardware).toEqual([
    { encoder: 'h264_vaapi', first: 0, segments: made.renditions[0]?.segments },
  ])
  const again = await encode(withHardware, out)
  expect(again).toMatchObject({ root: made.root, pieces: { reused: 3, total: 3 } })

  const report = await checkTree(local, {
    ...{ folder: out, source: file, seed: Sha256Hex.parse('5e'.repeat(32)), leaves: 2 },
    ...{ scratch: await makeFolder(), signal: untroubled, onProgress: () => undefined },
  }).then(({ verdict, faults }) => ({ verdict, faults }))
  expect(report).toEqual({ verdict: 'pass', faults: [] })

  const recipe = await encode(local, plain)
  expect(recipe.pieces.reused).toBe(1)
  expect(recipe.renditions[0]?.hardware).toEqual({})
  expect((await encode(local, out)).root).toBe(recipe.root)
}, 60_000)

/** The same machine with a device that has proved itself in an earlier life. */
async function hardwareDeps(local: Awaited<ReturnType<typeof openLocal>>): Promise<EncodeFileDeps> {
  const { tools } = await fakeFfmpeg([])
  const machine = await fakeMachine({ amd: ['renderD128'] })
  const directory = await makeFolder()
  const known = createProvenDevices(tools, { file: path.join(directory, 'hardware.json') })
  for (const candidate of await findCandidates(machine)) {
    const { identity: _identity, mayOpen: _mayOpen, ...device } = candidate
    const renditions = presets.map((preset) => ({ ...preset }))
    await known.remember(candidate, { isProven: true, device, renditions })
  }
  const { engine } = await openHardwareEngine(
    { engine: local.engine, tools, clock: local.clock },
    { directory, signal: untroubled, search: machine },
  )
  return { ...local, engine, hardware: HardwareEncoder.options }
}
