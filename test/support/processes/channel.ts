/** Node's own channel between a process and its child, from either end. */
type Port = {
  readonly send: (message: unknown) => void
  readonly listen: (hear: (message: unknown) => void) => void
}

type Message =
  | { readonly type: 'question'; readonly id: number; readonly body: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly body: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly reason: string }

export type Channel<Question> = {
  /** Resolves to the other side's answer; rejects with its reason, or with what {@link close} is given. */
  ask(question: Question): Promise<unknown>
  /** Nothing will be answered any more. */
  close(error: Error): void
}

/** Questions and answers both ways. What crosses is cloned, bigints, sets and maps included. */
export function createChannel<Question, Asked>(
  { send, listen }: Port,
  answer: (question: Asked) => unknown,
): Channel<Question> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  let closed: Error | null = null

  const reply = async (id: number, body: Asked): Promise<void> => {
    try {
      send({ type: 'answer', id, body: await answer(body) } satisfies Message)
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      send({ type: 'failure', id, reason } satisfies Message)
    }
  }

  listen((heard) => {
    const message = heard as Message
    if (message.type === 'question') {
      void reply(message.id, message.body as Asked)
      return
    }
    const asker = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.type === 'answer') asker?.resolve(message.body)
    else asker?.reject(new Error(message.reason))
  })

  return {
    ask: (body) => {
      if (closed) return Promise.reject(closed)
      asked += 1
      const asker = Promise.withResolvers<unknown>()
      waiting.set(asked, asker)
      send({ type: 'question', id: asked, body } satisfies Message)
      return asker.promise
    },
    close: (error) => {
      closed = error
      for (const asker of waiting.values()) asker.reject(error)
      waiting.clear()
    },
  }
}
