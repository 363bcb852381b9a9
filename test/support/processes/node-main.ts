import { flushCompileCache } from 'node:module'
import { MarketError, marketErrors } from '#market/errors.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import { aLocalSigner } from '../local-signer.ts'
import { aParticipant, roleOf, usualBehaviour } from '../participant.ts'
import { createChannel } from './channel.ts'
import { aroundWrites, createFuse } from './fuse.ts'
import type { FromNode, NodeStart, ToNode } from './questions.ts'

/**
 * A node of a market in a process of its own, with its database on the disk. It can be told to die by SIGKILL at a point to come:
 * before a statement that writes to its database, or before or after it has asked an endpoint or another node something.
 */

const { name, urls, directory, terms } = JSON.parse(String(process.argv[2])) as NodeStart
const behaviour = usualBehaviour(terms)
let now = 0
const { set: setFuse, point } = createFuse()

async function betweenPoints<Result>(act: () => Promise<Result>): Promise<Result> {
  point()
  const result = await act()
  point()
  return result
}

aroundWrites(point)
const bareFetch = globalThis.fetch
globalThis.fetch = (...request) => betweenPoints(() => bareFetch(...request))

const channel = createChannel<FromNode, ToNode>(
  {
    send: (message) => process.send?.(message),
    listen: (hear) => process.on('message', hear),
  },
  answer,
)
process.on('disconnect', () => process.exit())

const network: MarketNetwork = {
  publish: async (topic, message) => {
    await betweenPoints(() => channel.ask({ type: 'publish', topic, message }))
  },
  call: async (to, verb, request) => {
    const asked = betweenPoints(() => channel.ask({ type: 'call', to, verb, request }))
    return (await asked.catch((cause: unknown) => {
      throw new MarketError('peer-unreachable', `@${to} is away`, {}, { cause })
    })) as never
  },
  isConnected: () => true,
  freeSlots: () => 1,
  fullSince: () => null,
}
const participant = aParticipant(name, {
  ...{ urls, now: () => now, network, behaviour, directory },
  ...{ submissions: [], declined: [], media: null },
  signer: aLocalSigner(roleOf(name)),
})
// A process that is killed would not leave what was compiled to the next.
flushCompileCache()

async function answer(question: ToNode): Promise<unknown> {
  const { node, roles, follow } = participant
  switch (question.type) {
    case 'round':
      now = question.now
      if (question.fuse !== null) setFuse(question.fuse)
      Object.assign(behaviour, question.behaviour)
      await participant.round()
      await participant.settled()
      await node.broadcaster.flush()
      return null
    case 'post':
      await follow()
      return await roles.creator
        ?.postJob(
          { reference: question.reference, path: '/video.mp4' },
          AbortSignal.timeout(30_000),
        )
        .catch(nullIfLater)
    case 'answer':
      return participant.answer(question.verb, question.request)
    case 'hear':
      participant.hear(question.transaction)
      return null
    case 'calm':
      setFuse(null)
      return null
  }
}

/** Whoever else is dead may be back when it is asked again. */
function nullIfLater(error: unknown): null {
  if (error instanceof MarketError && marketErrors[error.code].retryable) return null
  throw error
}
