import { jobCreator } from '#protocol/ids.ts'
import type { EncoderJobIn } from '../../domain/encoder-job.ts'
import { MarketError } from '../../errors.ts'
import { closeJob } from './close-job.ts'
import { submitDelivery } from './deliver-work.ts'
import type { EncoderDeps } from './encoder-deps.ts'
import { giveBack } from './give-back.ts'
import type { ProgressReports } from './report-progress.ts'

/** Failures in a row after which an encoder gives a job back: the money is better returned early than disputed late. */
const giveUpAfter = 3

/** encoding -> delivering when the work is done; -> refunding when it cannot be. */
export function doWork(
  deps: EncoderDeps,
  job: EncoderJobIn<'encoding'>,
  reports: ProgressReports,
): void {
  const { head, jobs } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'settled') {
    closeJob(deps, job, 'refunded')
    return
  }
  if (head && head.time > job.offer.deliverBy) {
    giveBack(deps, job, 'the deadline has passed')
    return
  }
  deps.background.start(
    `encode ${job.id}`,
    (signal) => encode(deps, job, { signal, reports }),
    (error, failures) => workFailed(deps, job, error, failures),
  )
}

function workFailed(
  deps: EncoderDeps,
  job: EncoderJobIn<'encoding'>,
  error: unknown,
  failures: number,
): void {
  if (error instanceof MarketError && isAboutOthers(error)) return
  const isHopeless = error instanceof MarketError && isAboutInput(error)
  if (isHopeless || failures >= giveUpAfter) {
    deps.state.atomically(() =>
      giveBack(deps, job, error instanceof MarketError ? error.code : 'internal error'),
    )
  }
}

/** No further try on this machine ends otherwise. */
function isAboutInput({ code }: MarketError): boolean {
  return code.startsWith('input-') || code === 'unsupported-here'
}

/** The creator's node is away, or its source not to be had just now: that may last until the deadline, and costs nothing to wait for. */
function isAboutOthers({ code }: MarketError): boolean {
  return code === 'content-unavailable' || code === 'peer-unreachable'
}

async function encode(
  deps: EncoderDeps,
  job: EncoderJobIn<'encoding'>,
  { signal, reports }: { readonly signal: AbortSignal; readonly reports: ProgressReports },
): Promise<void> {
  const delivery = await deps.processor.process(job.offer, jobCreator(job.id), {
    signal,
    onProgress: (progress) => reports.report(job.id, progress),
  })
  deps.state.atomically(() => {
    if (deps.jobs.find(job.id)?.phase !== 'encoding') return
    const delivering = { ...job, phase: 'delivering', delivery } as const
    deps.jobs.save(delivering)
    submitDelivery(deps, delivering)
  })
}
