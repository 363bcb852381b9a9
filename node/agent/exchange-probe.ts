import type { CID } from 'multiformats/cid'
import type { Clock } from '#market/ports/clock.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { BlockStreams } from '../p2p/block-streams.ts'

/** Whether blocks go to and fro, which an open connection alone does not say. */
export type ExchangeProbe = {
  isConnected(): boolean
  /** An exchange of blocks has come to its end. */
  note(): void
  run(signal: AbortSignal): Promise<void>
}

export type ExchangeProbeDeps = {
  readonly streams: BlockStreams
  /** Accounts whose nodes are connected. */
  readonly peers: () => readonly HiveAccount[]
  readonly clock: Clock
  /** A block to ask for: whether a peer has it does not matter, that it answers does. */
  readonly probe: CID
}

type ExchangeProbeOptions = {
  readonly everyMs: number
  /** How long an exchange speaks for the next moments. */
  readonly freshMs: number
  readonly answerMs: number
}

const usualProbeOptions: ExchangeProbeOptions = {
  everyMs: 20_000,
  freshMs: 60_000,
  answerMs: 10_000,
}

/** Peers that are asked in one round. */
const mostAsked = 4

export function createExchangeProbe(
  { streams, peers, clock, probe }: ExchangeProbeDeps,
  { everyMs, freshMs, answerMs }: ExchangeProbeOptions = usualProbeOptions,
): ExchangeProbe {
  let last = Number.NEGATIVE_INFINITY
  const note = (): void => {
    last = clock.now()
  }
  const ask = async (peer: HiveAccount, signal: AbortSignal): Promise<void> => {
    await using stream = await streams.open(peer, signal)
    for await (const _ of stream.request([probe])) note()
  }
  return {
    isConnected: () => clock.now() - last < freshMs,
    note,
    run: async (signal) => {
      while (!signal.aborted) {
        const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
        await Promise.allSettled(
          peers()
            .slice(0, mostAsked)
            .map((peer) => ask(peer, within)),
        )
        // While there is nobody, somebody may come at any moment.
        await pause(clock.now() - last < freshMs ? everyMs : Math.min(everyMs, 2_000), signal)
      }
    },
  }
}
