import type { IncomingMessage } from 'node:http'
import { MarketError } from '../errors.ts'

export type BodyLimits = {
  readonly bytes: number
  /** A body is small; one that takes longer is somebody who holds connections open. */
  readonly milliseconds: number
}

const usualLimits: BodyLimits = { bytes: 64 * 1024, milliseconds: 15_000 }

const late = Symbol('late')

/**
 * The bytes of a request's body. Throws `body-too-large`, `request-slow` where they do not come, and `cancelled` where the client
 * went away. What is left of the body is not read, and the connection stays open for the answer.
 */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits = usualLimits,
): Promise<Buffer> {
  const body = request.iterator({ destroyOnReturn: false })
  const { promise: isLate, resolve } = Promise.withResolvers<typeof late>()
  const timer = setTimeout(() => resolve(late), limits.milliseconds)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for (;;) {
      const next = await Promise.race([body.next(), isLate])
      if (next === late) throw tooSlow(limits)
      if (next.done) return Buffer.concat(chunks)
      bytes += next.value.length
      if (bytes > limits.bytes) throw tooLarge(limits)
      chunks.push(next.value)
    }
  } catch (error) {
    throw error instanceof MarketError ? error : goneAway(error)
  } finally {
    clearTimeout(timer)
  }
}

function tooLarge({ bytes }: BodyLimits): MarketError {
  return new MarketError('body-too-large', `The request is larger than ${bytes} bytes.`)
}

function tooSlow({ milliseconds }: BodyLimits): MarketError {
  return new MarketError('request-slow', `The request took longer than ${milliseconds / 1_000} s.`)
}

function goneAway(cause: unknown): MarketError {
  return new MarketError('cancelled', 'The client went away.', {}, { cause })
}
