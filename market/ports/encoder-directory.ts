import type { HwAccel } from '#protocol/encoder.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { HiveAccount, PeerId } from '#protocol/ids.ts'
import type { Codec } from '#protocol/recipe.ts'

/** One codec that an encoder can make. */
export type NodeCapability = {
  readonly codec: Codec
  /** The largest rendition, as `1080p`. */
  readonly maxResolution: string
  readonly hwAccel: HwAccel
  /** Times real time; null where nobody has measured. */
  readonly estimatedSpeed: number | null
}

/** What an encoder says about itself. */
export type EncoderRegistration = {
  readonly id: string
  readonly owner: HiveAccount
  readonly kind: EncoderKind
  readonly name: string | null
  readonly peer: PeerId | null
  readonly version: string | null
  readonly hwAccel: HwAccel
  /** Jobs it takes on at once. */
  readonly slots: number
  /** Prices by rendition, as "0.020 HBD" for a minute; null where it asks none. */
  readonly perMinute: Readonly<Record<string, string>> | null
  readonly capabilities: readonly NodeCapability[]
}

export type EncoderNode = EncoderRegistration & {
  readonly jobsInProgress: number
  readonly registeredAt: Date
  readonly lastSeenAt: Date
}

export type EncoderQuery = {
  readonly owner?: HiveAccount
  readonly kind?: EncoderKind
  readonly codec?: Codec
  readonly hwAccel?: HwAccel
  /** After the encoder that was heard of at this moment, and has this id. */
  readonly after?: EncoderCursor
  readonly limit: number
}

type EncoderCursor = { readonly lastSeenAt: Date; readonly id: string }

type EncoderPage = {
  /** Those heard of last first. */
  readonly encoders: readonly EncoderNode[]
  readonly next: EncoderCursor | null
}

type DirectoryRefusal = 'not-found' | 'not-owner'

/** Who is there to encode, and what they can do. Who is silent too long is left out of lists, and is back with its next word. */
export interface EncoderDirectory {
  /** Registers, or replaces what an encoder of this id and owner has said before; a registration is a sign of life too. */
  register(encoder: EncoderRegistration): Promise<EncoderNode | 'not-owner'>
  heartbeat(
    id: string,
    owner: HiveAccount,
    jobsInProgress: number,
  ): Promise<EncoderNode | DirectoryRefusal>
  /** Whether or not it is alive. */
  find(id: string): Promise<EncoderNode | null>
  /** The one of an account and kind that was heard of last, whether or not it is alive. */
  findLatest(owner: HiveAccount, kind: EncoderKind): Promise<EncoderNode | null>
  listAlive(query: EncoderQuery): Promise<EncoderPage>
}
