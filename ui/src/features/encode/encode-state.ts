import type { JobView } from '#protocol/api/jobs.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'

/** What is made of a video, as its plan says. */
export type Outcome = {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly framesPerSecond: number
  readonly seconds: number
  readonly hasSound: boolean
}

/**
 *   idle -> uploading -> examining -> waiting -> encoding -> checking -> done
 * and from each but the first and last to failed.
 */
export type EncodeState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'uploading'
      readonly percent: number
      readonly bytesPerSecond: number
      readonly etaSeconds: number | null
    }
  | { readonly phase: 'examining'; readonly percent: number }
  | { readonly phase: 'waiting'; readonly job: EncodingJobId | null }
  | {
      readonly phase: 'encoding'
      readonly job: EncodingJobId
      readonly outcome: Outcome
      readonly percent: number
      /** Seconds of video in a second; null before it is known. */
      readonly speed: number | null
      readonly etaSeconds: number | null
      readonly uploaded: { readonly segments: number; readonly of: number }
      /** Segments that an earlier attempt has left. */
      readonly resumed: number
    }
  | {
      readonly phase: 'checking'
      readonly job: EncodingJobId
      readonly outcome: Outcome
      readonly speed: number
      readonly percent: number
    }
  | {
      readonly phase: 'done'
      readonly job: JobView
      readonly outcome: Outcome
      readonly speed: number
    }
  | {
      readonly phase: 'failed'
      readonly message: string
      /** What becomes of the job now; null where there is none. */
      readonly next: string | null
    }
