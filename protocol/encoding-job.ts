import { z } from 'zod'

/** A job of the indexer's queue; the job on the chain, where there is one, has a {@link JobId}. */
export const EncodingJobId = z.uuid().brand<'EncodingJobId'>()
export type EncodingJobId = z.infer<typeof EncodingJobId>

/** Who may take a job, in the order in which a job falls from one to the next. */
export const encoderKinds = ['agent', 'browser', 'community'] as const
export const EncoderKind = z.enum(encoderKinds)
export type EncoderKind = z.infer<typeof EncoderKind>

/** A job waits (`queued`), is somebody's for as long as a lease runs (`leased`), and ends; an ended job never changes again. */
export const encodingPhases = [
  'queued',
  'leased',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const
export const EncodingPhase = z.enum(encodingPhases)
export type EncodingPhase = z.infer<typeof EncodingPhase>

/** Why an encoder gave up. What follows from each is the scheduler's: see `market/domain/failure-class.ts`. */
export const FailureClass = z.enum([
  /** Nobody can encode this input. */
  'input-fatal',
  /** This encoder cannot, another may. */
  'unsupported-here',
  /** A chip, a driver or FFmpeg broke down. */
  'device',
  /** Disk, memory or time ran out. */
  'resource',
  /** The input or the way to its readers could not be reached. */
  'network',
  /** The encoder was told to stop. */
  'cancelled',
])
export type FailureClass = z.infer<typeof FailureClass>

/** What may happen to a job; one event for each change. */
export const encodingEventTypes = [
  'submitted',
  'claimed',
  'progress',
  'released',
  /** An attempt failed and another follows, in this tier or in the next. */
  'retried',
  /** The lease ran out; its holder was not heard of. */
  'lease-lost',
  /** Its tier was looked at: who is there to take it, what it waits for, what its owner has to sign. */
  'considered',
  /** Nobody of this tier took it in time, or can: the next one may. */
  'fell',
  /** The job was offered on the chain. */
  'offered',
  /** What the chain says of that offer then: an encoder has it, */
  'awarded',
  /** encoder and arbiter stand by it and its money, */
  'accepted',
  /** or one of them does not, and it may be awarded again; */
  'reopened',
  /** the encoder has handed in its work, */
  'delivered',
  /** somebody has checked it, */
  'attested',
  /** the arbiter has to decide. How it ends is told as of any other job. */
  'disputed',
  /** its offer was taken back when the job had gone on to another tier, */
  'withdrawn',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const
export const EncodingEventType = z.enum(encodingEventTypes)
export type EncodingEventType = z.infer<typeof EncodingEventType>
