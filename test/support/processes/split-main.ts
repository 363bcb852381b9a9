import { createEncodingEngine } from '#node/encoding/engine.ts'
import { parseOperation } from '#protocol/operation.ts'
import { alice } from '../builders.ts'
import { openEncodingNode } from '../encoding-node.ts'
import { openTools, untroubled } from '../ffmpeg.ts'

/**
 * An encoder with one worker, in a process of its own. It has done one short job, as a node that runs for a while has, when it says that
 * it is ready; it works at one word, and says what it has made.
 */
export type SplitEncoder = {
  /** Of the engine, which has measured this machine already, and of the blocks that all have in common. */
  readonly engine: string
  readonly blocks: string
  /** The short job, and the one that counts: their offers, as the chain has them. */
  readonly first: string
  readonly offer: string
}

export type SplitWork = {
  readonly root: string
  readonly manifest: string
}

const encoder = JSON.parse(String(process.argv[2])) as SplitEncoder
process.on('disconnect', () => process.exit())

const tools = await openTools()
const engine = await createEncodingEngine(
  { tools },
  { directory: encoder.engine, signal: untroubled, workers: 1 },
)
const node = await openEncodingNode(engine, tools, (content) => content, encoder.blocks)
await work(encoder.first)
process.once('message', () => {
  void work(encoder.offer).then((made) => process.send?.(made))
})
process.send?.('ready')

async function work(text: string): Promise<SplitWork> {
  const parsed = parseOperation(text)
  if (!parsed.ok || parsed.operation.t !== 'job.offer') throw new Error('not an offer')
  const options = { signal: untroubled, onProgress: () => undefined }
  const { root, manifest } = await node.processor.process(parsed.operation, alice, options)
  return { root, manifest }
}
