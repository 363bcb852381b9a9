import { createEncodingEngine } from '#node/encoding/engine.ts'
import { parseOperation } from '#protocol/operation.ts'
import { alice } from '../builders.ts'
import { openEncodingNode } from '../encoding-node.ts'
import { openTools, untroubled } from '../ffmpeg.ts'

/** An encoder with one worker, in a process of its own. It says when it is ready, works at one word, and says what it has made. */
export type SplitEncoder = {
  /** Of the engine, which has measured this machine already, and of the blocks that all have in common. */
  readonly engine: string
  readonly blocks: string
  /** The offer, as the chain has it. */
  readonly offer: string
}

export type SplitWork = {
  readonly root: string
  readonly manifest: string
  readonly seconds: number
}

const {
  engine: directory,
  blocks,
  offer: text,
} = JSON.parse(String(process.argv[2])) as SplitEncoder
process.on('disconnect', () => process.exit())

const parsed = parseOperation(text)
if (!parsed.ok || parsed.operation.t !== 'job.offer') throw new Error('not an offer')
const offer = parsed.operation
const tools = await openTools()
const engine = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 1 })
const node = await openEncodingNode(engine, tools, (content) => content, blocks)
process.once('message', () => void work())
process.send?.('ready')

async function work(): Promise<void> {
  const started = performance.now()
  const options = { signal: untroubled, onProgress: () => undefined }
  const { root, manifest } = await node.processor.process(offer, alice, options)
  const seconds = (performance.now() - started) / 1_000
  process.send?.({ root, manifest, seconds } satisfies SplitWork)
}
