/** What was found out about one encoder of one device, by running the production graph on it. */
export type HardwareFinding = {
  /** As a person knows it: `NVIDIA GeForce RTX 3060`, `/dev/dri/renderD128`. */
  readonly device: string
  /** FFmpeg's name of the encoder. */
  readonly encoder: string
  readonly ok: boolean
  /** Why it cannot be used; what it can do where it is. */
  readonly reason: string
  /** The command that would mend it; null where there is none, or nothing to mend. */
  readonly fix: string | null
}

/** Probes every device of this machine. */
export type HardwareReport = (signal: AbortSignal) => Promise<readonly HardwareFinding[]>

/** A machine whose devices nobody has asked: parts are encoded by the processor. */
export const noHardware: HardwareReport = () => Promise.resolve([])
