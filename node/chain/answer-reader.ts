import { z } from 'zod'

/** The endpoint answered with an error of hived's. Another endpoint need not say the same: this one may lie, lag or be out of order. */
export class ChainAssertError extends Error {
  override readonly name = 'ChainAssertError'
  /** hived's name of the exception, such as `transaction_expiration_exception`; null where the answer has none. */
  readonly exception: string | null

  constructor(message: string, exception: string | null) {
    super(message)
    this.exception = exception
  }
}

/** Reads the text of JSON-RPC answers. */
export type AnswerReader = {
  /**
   * The result in an answer to the request of this id. Who reads the same text by the same schema gets the very same value, which
   * is not to be changed. Throws a ChainAssertError for hived's refusal, and an Error for what is no usable answer.
   */
  read<Result>(text: string, id: number, result: z.ZodType<Result>): Result
}

/** Texts shorter than this are read faster than they are found again, in UTF-16 units. */
const shortText = 10_000
/** Answers that are in flight at a time: blocks and virtual operations of one range, and of the one asked for ahead. */
const rememberedAnswers = 4

/**
 * Several endpoints that are asked the same say the same, nearly always to the last byte: such a text is parsed once. Nobody is
 * believed for it, because equal texts have equal meanings whoever sends them.
 */
export function createAnswerReader(): AnswerReader {
  const remembered: Remembered[] = []
  return {
    read: <Result>(text: string, id: number, result: z.ZodType<Result>): Result => {
      const known = remembered.find(
        (each) => each.id === id && each.result === result && each.text === text,
      )
      if (known) return known.value as Result
      const value = result.parse(readResult(text, id))
      if (text.length < shortText) return value
      if (remembered.length === rememberedAnswers) remembered.shift()
      remembered.push({ text, id, result, value })
      return value
    },
  }
}

type Remembered = {
  readonly text: string
  readonly id: number
  readonly result: z.ZodType
  readonly value: unknown
}

const Answer = z.union([
  z.object({ id: z.unknown(), result: z.unknown() }),
  z.object({
    // A proxy that fails before it has read the request has no id to give back.
    id: z.unknown().optional(),
    error: z.object({
      code: z.number(),
      message: z.string(),
      data: z.object({ name: z.string().optional() }).optional().catch(undefined),
    }),
  }),
])

/** hived gives every failed assertion one of these codes. */
const assertCodes: ReadonlySet<number> = new Set([-32000, -32003, 10])

function readResult(text: string, id: number): unknown {
  const answer = Answer.parse(parseJson(text))
  if ('error' in answer) {
    const { code, message, data } = answer.error
    if (assertCodes.has(code)) throw new ChainAssertError(message, data?.name ?? null)
    throw new Error(`error ${code}: ${message}`)
  }
  if (answer.id !== id) throw new Error('the answer is to another request')
  return answer.result
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('the answer is not JSON', { cause })
  }
}
