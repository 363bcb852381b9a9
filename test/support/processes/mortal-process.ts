import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Channel } from './channel.ts'
import { createChannel } from './channel.ts'

/** The process that was asked has died. */
class ProcessDied extends Error {
  override readonly name = 'ProcessDied'
}

/** A process that dies and starts again; what it has on the disk outlives it. */
export type MortalProcess<Question> = AsyncDisposable & {
  isUp(): boolean
  /** Times that it died by its own fuse. */
  deaths(): number
  start(): void
  /** Rejects with {@link ProcessDied} when the process is or goes down. */
  ask(question: Question): Promise<unknown>
  /** Ends it as a power cut does, and resolves when it has ended. */
  cut(): Promise<void>
}

export type MortalProcessOptions<Asked> = {
  readonly name: string
  /** Its program, and what it is started with. */
  readonly main: string
  readonly start: () => unknown
  /** Where compiled code is kept for the next of its kind. */
  readonly home: string
  readonly answer: (question: Asked) => unknown
}

export function createMortalProcess<Question, Asked>({
  name,
  main,
  start,
  home,
  answer,
}: MortalProcessOptions<Asked>): MortalProcess<Question> {
  let life: { readonly child: ChildProcess; readonly channel: Channel<Question> } | null = null
  let deaths = 0

  const begin = (): void => {
    if (life) return
    const child = fork(main, [JSON.stringify(start())], {
      execArgv: [],
      serialization: 'advanced',
      env: { NODE_COMPILE_CACHE: join(home, 'compiled') },
    })
    const channel = createChannel<Question, Asked>(
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
      const end = signal === 'SIGKILL' ? new ProcessDied(name) : new Error(`exit code ${code}`)
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
    isUp: () => life !== null,
    deaths: () => deaths,
    start: begin,
    ask: (question) =>
      life ? life.channel.ask(question) : Promise.reject(new ProcessDied(`${name} is down`)),
    cut,
    [Symbol.asyncDispose]: cut,
  }
}

/** What was answered, or null where the process died of it. */
export async function unlessDead(answered: Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await answered
  } catch (error) {
    if (error instanceof ProcessDied) return null
    throw error
  }
}
