import { CallError } from '#protocol/client.ts'
import type { FailureClass } from '#protocol/encoding-job.ts'
import { mayPass } from './segment-uploads.ts'
import { Unsupported } from './unsupported.ts'

type Failure = { readonly class: FailureClass; readonly message: string }

/** What an encode's end is called in the queue: whether this tab, another encoder or nobody should try again follows from it. */
export function failureOf(error: unknown, cancelling: AbortSignal): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof CallError) return { class: mayPass(error) ? 'network' : 'device', message }
  if (cancelling.aborted) return { class: 'cancelled', message }
  if (error instanceof Unsupported) return { class: 'unsupported-here', message }
  // Decoders and encoders tell of what they cannot by errors of the DOM.
  if (error instanceof DOMException) return { class: 'unsupported-here', message }
  return { class: 'device', message }
}
