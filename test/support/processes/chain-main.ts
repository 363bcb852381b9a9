import { ServerResponse } from 'node:http'
import { flushCompileCache } from 'node:module'
import { createDevchain } from '#node/devchain/devchain.ts'
import { parseGenesis } from '#node/devchain/genesis.ts'
import { createLogger } from '#node/logger.ts'
import { marketGenesis, onAClock } from '../market-chain.ts'
import { createChannel } from './channel.ts'
import { aroundWrites, createFuse } from './fuse.ts'
import type { ChainStart, ToChain } from './questions.ts'

/**
 * A development chain in a process of its own, kept on the disk. It can be told to die by SIGKILL at a point to come: before or
 * after a statement of a block that it writes, or before or after an answer, with what was sent to it and is in no block yet.
 */

const start = JSON.parse(String(process.argv[2])) as ChainStart
let now = start.now
const fuses = { writes: createFuse(), answers: createFuse() }

aroundWrites(fuses.writes.point, fuses.writes.point)
pointAtAnswers()

const chain = await createDevchain(
  { logger: createLogger({ level: 'silent', name: 'devchain' }), now: () => now },
  {
    genesis: parseGenesis(marketGenesis, 'The genesis of the market'),
    pace: onAClock,
    port: start.port,
    directory: start.directory,
  },
)
createChannel<never, ToChain>(
  {
    send: (message) => process.send?.(message),
    listen: (hear) => process.on('message', hear),
  },
  answer,
)
process.on('disconnect', () => process.exit())
flushCompileCache()

function answer(question: ToChain): unknown {
  now = question.now
  switch (question.type) {
    case 'look':
      return { url: chain.url, head: chain.head }
    case 'produce':
      if (question.fuse) fuses[question.fuse.at].set(question.fuse.points)
      return chain.produceBlocks(1)
    case 'calm':
      for (const fuse of Object.values(fuses)) fuse.set(null)
      return null
  }
}

function pointAtAnswers(): void {
  const { point } = fuses.answers
  const bareEnd = ServerResponse.prototype.end as (...parts: unknown[]) => ServerResponse
  ServerResponse.prototype.end = function end(this: ServerResponse, ...parts: unknown[]) {
    point()
    const ended = bareEnd.apply(this, parts)
    point()
    return ended
  }
}
