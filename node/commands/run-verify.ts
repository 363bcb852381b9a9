import { randomBytes } from 'node:crypto'
import { access, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import { Cid, Sha256Hex } from '#protocol/ids.ts'
import { readEnvironment } from '../config.ts'
import { localDataPath, makeDataDirectory, openDataDirectory } from '../data-directory.ts'
import { createEncodingEngine } from '../encoding/engine.ts'
import { openFfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { guardInput } from '../encoding/input-guard.ts'
import { openBlockStore } from '../ipfs/block-store.ts'
import { createLifetime } from '../lifetime.ts'
import { openScratch } from '../scratch.ts'
import type { TreeReport } from '../verification/tree-check.ts'
import { checkTree } from '../verification/tree-check.ts'
import { downloadTree, treeBehindGateway, treeInStore } from '../verification/tree-download.ts'
import { explain } from './explain.ts'
import type { VerifyFlags } from './verify.ts'
import { verifyExit } from './verify-exit.ts'
import type { VerifyView } from './verify-view.ts'
import { createVerifyView } from './verify-view.ts'

/** Checks the tree, tells what was found, and ends the process. */
export async function runVerify(tree: string, flags: VerifyFlags): Promise<void> {
  const lifetime = createLifetime()
  const view = createVerifyView(process.stdout, { asJson: flags.json === true })
  try {
    const report = await verify(tree, flags, view, lifetime.signal)
    view.finish(report)
    lifetime.end(verifyExit[report.verdict])
  } catch (error) {
    const { aborted } = lifetime.signal
    view.fail(explain(aborted ? lifetime.signal.reason : error))
    lifetime.end(aborted ? verifyExit.interrupted : verifyExit.error)
  }
}

async function verify(
  tree: string,
  flags: VerifyFlags,
  view: VerifyView,
  signal: AbortSignal,
): Promise<TreeReport> {
  const source = path.resolve(flags.source)
  await guardInput(source)
  const directory = localDataPath()
  makeDataDirectory(directory)
  await using scratch = await openScratch(directory, 'verify')
  const { folder, root } = await placeOf(tree, flags, { scratch: scratch.path, view, signal })
  const tools = await openFfmpegTools({ ...readEnvironment().settings, directory, signal })
  if (tools.binaries.warning !== null) view.warn(tools.binaries.warning)
  view.progress({ stage: 'measuring this machine', percent: 0 })
  const { workers, leaves } = flags
  const engine = await createEncodingEngine({ tools }, { directory, signal, workers })
  const seed = flags.seed ?? Sha256Hex.parse(randomBytes(32).toString('hex'))
  const work = {
    folder,
    source,
    root,
    seed,
    leaves,
    scratch: scratch.path,
    isOfStandardLadder: true,
  }
  return await checkTree({ engine, tools }, { ...work, signal, onProgress: view.progress })
}

type Placing = { readonly scratch: string; readonly view: VerifyView; readonly signal: AbortSignal }

/** The tree as a folder here: the one that was named, or a copy of what the id names. */
async function placeOf(
  tree: string,
  { data, gateway }: VerifyFlags,
  { scratch, view, signal }: Placing,
): Promise<{ readonly folder: string; readonly root?: Cid }> {
  const isFolder = await stat(tree).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isFolder) return { folder: path.resolve(tree) }
  const parsed = Cid.safeParse(tree)
  if (!parsed.success)
    throw new MarketError('option-invalid', `${tree} is neither a folder here nor a root CID.`)
  const root = parsed.data
  const folder = path.join(scratch, 'tree')
  await mkdir(folder)
  const onProgress = (percent: number) => view.progress({ stage: 'fetching', percent })
  if (gateway !== undefined) {
    await downloadTree(treeBehindGateway(gateway, root), folder, { signal, onProgress })
    return { folder, root }
  }
  if (data === undefined)
    throw new MarketError(
      'option-invalid',
      'Say where the tree is: --data DIR of a node that has it, or --gateway URL.',
    )
  using directory = openDataDirectory(await existing(data))
  const blocks = await openBlockStore(path.join(directory.path, 'blocks'))
  await downloadTree(treeInStore(blocks, root), folder, { signal, onProgress })
  return { folder, root }
}

/** A directory that was misspelt is not made. */
async function existing(data: string): Promise<string> {
  const directory = path.resolve(data)
  await access(path.join(directory, 'blocks')).catch((cause: unknown) => {
    const message = `${directory} is no data directory of a node.`
    throw new MarketError('option-invalid', message, {}, { cause })
  })
  return directory
}
