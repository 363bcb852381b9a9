import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { formatHbd, MilliHbd } from '#protocol/amount.ts'
import { Consideration, JobBids, PostedJob } from '#protocol/api/control.ts'
import { CallError } from '#protocol/client.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { ControlClient } from '../control/control-client.ts'
import { asErrorCode, createControlClient } from '../control/control-client.ts'
import { controlUrlFile, tokenFile } from '../control/control-files.ts'
import { createPalette } from '../supervisor/palette.ts'
import { bidLines } from './bid-lines.ts'
import { explain } from './explain.ts'
import type { AwardFlags, DisputeFlags, ListFlags, OutputFlags, PostFlags } from './job.ts'
import { jobLines } from './job-lines.ts'
import { createJobView } from './job-view.ts'
import { offerLines } from './offer-lines.ts'
import type { OffersFlags } from './offers.ts'
import type { NodeNamed } from './running-node.ts'
import { findRunning } from './running-node.ts'

type Node = { readonly url: string; readonly control: ControlClient }

const paint = createPalette(process.stdout)

export async function runPost(file: string, flags: PostFlags): Promise<void> {
  const { ceiling, codec, selection, bidding, split } = flags
  await ask(flags, flags, async (node) => {
    const job = await node.control.postJob({
      ...{ reference: randomBytes(8).toString('hex'), path: resolve(file) },
      ...{ ceiling, codec, selection, bidding, split },
    })
    if (!flags.detach) return await watch(node, job, flags)
    print(flags.json ? JSON.stringify({ job }) : job)
  })
}

export async function runList(flags: ListFlags): Promise<void> {
  await ask(flags, flags, async ({ control }) => {
    const jobs = await control.postedJobs()
    const lines = flags.json
      ? jobs.map((job) => JSON.stringify(z.encode(PostedJob, job)))
      : jobLines(jobs, paint)
    for (const line of lines) print(line)
  })
}

export async function runOffers(flags: OffersFlags): Promise<void> {
  await ask(flags, flags, async ({ control }) => {
    const offers = await control.considered()
    const lines = flags.json
      ? offers.map((offer) => JSON.stringify(z.encode(Consideration, offer)))
      : offerLines(offers, paint)
    for (const line of lines) print(line)
  })
}

export async function runWatch(job: JobId, flags: OutputFlags): Promise<void> {
  await ask({ ...flags, account: jobCreator(job) }, flags, async (node) => {
    const posted = await node.control.postedJobs()
    const isSplit = posted.some(({ job: id, ranges }) => id === job && ranges !== undefined)
    if (!isSplit) await node.control.bidsFor(job)
    await watch(node, job, flags)
  })
}

export async function runBids(job: JobId, flags: OutputFlags): Promise<void> {
  await ask({ ...flags, account: jobCreator(job) }, flags, async ({ control }) => {
    const bids = await control.bidsFor(job)
    const lines = flags.json ? [JSON.stringify(z.encode(JobBids, bids))] : bidLines(bids, paint)
    for (const line of lines) print(line)
  })
}

export async function runAward(job: JobId, encoder: HiveAccount, flags: AwardFlags): Promise<void> {
  await ask({ ...flags, account: jobCreator(job) }, flags, async ({ control }) => {
    const { bids } = await control.bidsFor(job)
    const bid = bids.find((each) => each.encoder === encoder)
    if (!bid)
      throw new MarketError(
        'bid-lost',
        `@${encoder} has not bid for ${job}; see spk-encoder job bids.`,
      )
    if (flags.atMost !== undefined && bid.price > flags.atMost)
      throw new MarketError(
        'bid-lost',
        `@${encoder} asks ${formatHbd(bid.price)} by now, more than ${formatHbd(flags.atMost)}.`,
      )
    await control.chooseBid(job, bid.bid)
    const price = z.encode(MilliHbd, bid.price)
    print(
      flags.json
        ? JSON.stringify({ job, awarded: encoder, price })
        : `${job} goes to @${encoder} for ${price}.`,
    )
  })
}

export async function runRelease(job: JobId, flags: OutputFlags): Promise<void> {
  await ask({ ...flags, account: jobCreator(job) }, flags, async ({ control }) => {
    await control.allowRelease(job)
    print(flags.json ? JSON.stringify({ job, released: true }) : `${job} is paid for.`)
  })
}

export async function runDispute(job: JobId, flags: DisputeFlags): Promise<void> {
  const { reason: text, evidence } = flags
  await ask({ ...flags, account: jobCreator(job) }, flags, async ({ control }) => {
    await control.dispute(job, { text, ...(evidence && { evidence }) })
    print(
      flags.json
        ? JSON.stringify({ job, disputed: true })
        : `The arbiter of ${job} is called, and what you say goes with it; a block will have both.`,
    )
  })
}

/** Follows a job to its end; leaving early leaves the job alone. */
async function watch(
  { url, control }: Node,
  job: JobId,
  { json }: Pick<OutputFlags, 'json'>,
): Promise<void> {
  const view = createJobView(process.stdout, { asJson: json ?? false, url })
  const leaving = new AbortController()
  let standIn: JobId | null = null
  const leave = (): void => leaving.abort()
  process.once('SIGINT', leave)
  try {
    for await (const event of control.events(job, leaving.signal)) {
      view.event(event)
      if (event.type === 'stand-in-offered') standIn = event.by
      if (event.type === 'finished' || event.type === 'merged') return
      if (event.type === 'failed' && standIn !== null) break
      if (event.type === 'failed')
        throw new MarketError(asErrorCode(event.code), `The job failed: ${event.message}`)
    }
    if (standIn === null) view.left()
  } finally {
    view.close()
    process.removeListener('SIGINT', leave)
  }
  if (standIn === null || leaving.signal.aborted) return
  if (!json) print(`${standIn} stands in for ${job}.`)
  await watch({ url, control }, standIn, json ? { json } : {})
}

async function ask(
  named: NodeNamed,
  { json }: Pick<OutputFlags, 'json'>,
  question: (node: Node) => Promise<void>,
): Promise<void> {
  try {
    const absent = `No node of @${named.account} runs`
    const { url, directory } = await findRunning(named, { urlFile: controlUrlFile, absent })
    await question({ url, control: await createControlClient(url, join(directory, tokenFile)) })
  } catch (error) {
    const { code, message } = error instanceof CallError ? error : explain(error)
    if (json) print(JSON.stringify({ error: { code, message } }))
    else process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
