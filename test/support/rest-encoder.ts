import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { cid } from './builders.ts'
import type { Random } from './world/random.ts'

type RestAnswer = { readonly status: number; readonly body: unknown }

/** Asks until there is an answer: a server that is down, or dies while it is asked, is asked again. */
export type Persevere = (method: string, path: string, body?: unknown) => Promise<RestAnswer>

/** What an encoder was told of its jobs, in its order. */
export type EncoderNote = {
  readonly what: 'claimed' | 'completed'
  readonly job: string
  readonly encoder: string
  readonly token: number
}

const agent = '/api/encoding/agent'
const Claim = z.object({
  job: z.object({ jobId: z.string(), encoderId: z.string(), fencingToken: z.number() }).nullable(),
})
type Lease = NonNullable<z.infer<typeof Claim>['job']>

/** Signed in and registered by whoever made `ask`; works until the signal and does with jobs what its seed says. */
export async function workByRest(
  {
    ask,
    random,
    note,
  }: {
    readonly ask: Persevere
    readonly random: Random
    readonly note: (note: EncoderNote) => void
  },
  encoderId: string,
  signal: AbortSignal,
): Promise<void> {
  const say = (what: EncoderNote['what'], { jobId, encoderId: encoder, fencingToken }: Lease) =>
    note({ what, job: jobId, encoder, token: fencingToken })
  const carry = async (lease: Lease): Promise<void> => {
    if (random.percent(4)) return
    if (random.percent(8)) {
      await ask('POST', `${agent}/release`, { ...lease, reason: 'not now' })
      return
    }
    await ask('POST', `${agent}/progress`, { ...lease, stage: 'encoding', progress: 50 })
    const result = {
      ...{ outputCid: cid(lease.jobId), manifestPath: 'manifest.json', qualities: ['480p'] },
      ...{ processingTimeSec: 1.5, outputSizeBytes: 1_000 },
    }
    const { status } = await ask('POST', `${agent}/complete`, { ...lease, ...result })
    if (status !== 200) return
    say('completed', lease)
    // Said twice, and followed by news that are late: neither changes anything.
    const again = await ask('POST', `${agent}/complete`, { ...lease, ...result })
    const late = await ask('POST', `${agent}/progress`, {
      ...lease,
      stage: 'encoding',
      progress: 9,
    })
    if (again.status !== 200 || late.status !== 409)
      throw new Error(`a finished job answered ${again.status} and ${late.status}`)
  }
  while (!signal.aborted) {
    const { body, status } = await ask('POST', `${agent}/claim`, { encoderId })
    if (status !== 200) throw new Error(`claim answered ${status} ${JSON.stringify(body)}`)
    const { job } = Claim.parse(body)
    if (!job) {
      await pause(30)
      continue
    }
    const lease = { jobId: job.jobId, encoderId, fencingToken: job.fencingToken }
    say('claimed', lease)
    await carry(lease)
  }
}
