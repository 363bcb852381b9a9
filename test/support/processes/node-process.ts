import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { PeerId } from '#protocol/ids.ts'
import { peerId } from '../builders.ts'
import type { Role } from '../participant.ts'
import { roleOf } from '../participant.ts'
import type { Channel } from './channel.ts'
import { createChannel } from './channel.ts'
import type { FromNode, NodeStart, ToNode } from './questions.ts'

/** The process that was asked has died. */
export class NodeDied extends Error {
  override readonly name = 'NodeDied'
}

/** A node that dies and starts again; its database outlives it. */
export type NodeProcess = AsyncDisposable & {
  readonly role: Role
  readonly peer: PeerId
  isUp(): boolean
  /** Times that it died by its own fuse. */
  deaths(): number
  start(): void
  /** Rejects with {@link NodeDied} when the process is or goes down. */
  ask(question: ToNode): Promise<unknown>
  /** Ends it as a power cut does, and resolves when it has ended. */
  cut(): Promise<void>
}

const main = join(import.meta.dirname, 'node-main.ts')

export function createNodeProcess(
  start: NodeStart,
  { home, answer }: { readonly home: string; readonly answer: (question: FromNode) => unknown },
): NodeProcess {
  let life: { readonly child: ChildProcess; readonly channel: Channel<ToNode> } | null = null
  let deaths = 0

  const begin = (): void => {
    if (life) return
    const child = fork(main, [JSON.stringify(start)], {
      execArgv: [],
      serialization: 'advanced',
      env: { NODE_COMPILE_CACHE: join(home, 'compiled') },
    })
    const channel = createChannel<ToNode, FromNode>(
      {
        // A message to a process that has just died is lost, as on any wire.
        send: (message) => child.send(message as object, () => undefined),
        listen: (hear) => child.on('message', hear),
      },
      answer,
    )
    const own = { child, channel }
    life = own
    child.once('exit', (code, signal) => {
      if (life === own && signal === 'SIGKILL') {
        life = null
        deaths += 1
      }
      // Whoever ended in another way stays as it is, so that the test finds it.
      const end = signal === 'SIGKILL' ? new NodeDied(start.name) : new Error(`exit code ${code}`)
      channel.close(end)
    })
  }

  const cut = async (): Promise<void> => {
    const ended = life
    life = null
    if (!ended) return
    const exit = once(ended.child, 'exit')
    ended.child.kill('SIGKILL')
    await exit
  }

  return {
    role: roleOf(start.name),
    peer: peerId(start.name),
    isUp: () => life !== null,
    deaths: () => deaths,
    start: begin,
    ask: (question) =>
      life ? life.channel.ask(question) : Promise.reject(new NodeDied(`${start.name} is down`)),
    cut,
    [Symbol.asyncDispose]: cut,
  }
}
