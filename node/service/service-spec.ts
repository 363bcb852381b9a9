import type { HiveAccount } from '#protocol/ids.ts'

/** What is to be started when its user logs in. Nothing of it is secret: keys come from the keystore. */
export type ServiceSpec = {
  readonly account: HiveAccount
  /** The program and its arguments, each as the program is to get it. */
  readonly command: readonly [program: string, ...args: string[]]
  /** The user's home. */
  readonly home: string
}

/** By it a file of this program is told from another of the same name. */
export const serviceMark = 'Written by spk-encoder service install.'

export function serviceName(account: HiveAccount): string {
  return `spk-encoder-${account}`
}
