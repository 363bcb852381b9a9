import { createClient } from '#protocol/client.ts'
import { framesInSegment, segmentCount } from '#protocol/grid.ts'
import { encode, secondsOf } from './encode.ts'
import { failureOf } from './failure.ts'
import type { FromWorker, StartEncode, ToWorker } from './messages.ts'
import { keepTelling } from './segment-uploads.ts'

/** Milliseconds between two looks at how far it is. */
const everyMs = 250

const cancelling = new AbortController()

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'cancel') cancelling.abort(new Error('The encode was cancelled.'))
  else void run(data)
})

function tell(message: FromWorker): void {
  self.postMessage(message)
}

async function run({ plan, lease, token, file }: StartEncode): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { origin } = self.location
  const call = createClient({ url: origin, headers: () => headers })
  const began = performance.now()
  const before = plan.finished.reduce(
    (sum, segment) => sum + framesInSegment(plan.grid, segment),
    0,
  )
  const of = segmentCount(plan.grid) - plan.finished.length + (plan.audioFrames?.length ?? 0)
  let [encoded, uploaded, told] = [0, 0, 0]
  const elapsed = (): number => (performance.now() - began) / 1_000
  const speed = (): number => secondsOf(plan, encoded) / Math.max(0.001, elapsed())
  const percent = (): number => Math.min(100, (100 * (before + encoded)) / plan.grid.frames)
  const stop = keepTelling(call, lease, percent, (error) => cancelling.abort(error))
  try {
    await encode(call, {
      ...{ plan, lease, file, origin, signal: cancelling.signal },
      onFrames: (frames) => {
        encoded = frames
        if (performance.now() - told < everyMs) return
        told = performance.now()
        tell({ type: 'progress', frames, done: before + frames, speed: speed() })
      },
      onUploaded: () => {
        uploaded += 1
        tell({ type: 'uploaded', segments: uploaded, of })
      },
    })
    tell({ type: 'encoded', seconds: elapsed(), speed: speed() })
  } catch (error) {
    tell({ type: 'failed', ...failureOf(error, cancelling.signal) })
  } finally {
    stop()
  }
}
