/** The newest block: what clients refer to, and the clock of everything that runs on top of it. */
export type Head = {
  readonly number: number
  readonly id: string
  /** Seconds since 1970. */
  readonly time: number
}
