import { usualSelection } from '#market/domain/selection.ts'
import { drySigner } from '#node/dry-run/dry-signer.ts'
import { networks } from '#node/networks.ts'
import type { Peer } from '#node/peer.ts'
import { startPeer } from '#node/peer.ts'
import { milliHbd } from '#protocol/amount.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { searchPath, untroubled } from './ffmpeg.ts'
import { silent } from './peers.ts'

export type OnlookerOptions = {
  readonly rpc: string
  readonly data: string
  /** Folder of the built dashboard. */
  readonly pages: string
}

/** A node that takes part in nothing and says nothing, and shows its own machine the market as it knows it. */
export async function startOnlooker({ rpc, data, pages }: OnlookerOptions): Promise<Peer> {
  const network = networks.devchain
  return await startPeer(
    {
      ...{ account: HiveAccount.parse('alice'), roles: ['relay'], network, rpc: [rpc], data },
      ...{ listen: network.listen, announce: [], upnp: false, bootstrap: [], port: 0 },
      ...{ denyList: null, agent: null, allowance: null, pollMs: 100 },
      ffmpeg: { ffmpegPath: undefined, ffprobePath: undefined, searchPath },
      arbiter: { fee: milliHbd(1n) },
      encoder: {
        ...{ workers: 1, hardware: 'off', slots: 0 },
        ...{ pricePercent: 100n, firmSeconds: 120, marginSeconds: 60 },
      },
      creator: {
        ...{ bidSeconds: 30, ratificationSeconds: 180, deadlineSeconds: 600 },
        ...{ ceilingPercent: 200n, escrowLimit: undefined, codec: 'h264' },
        selection: usualSelection,
      },
      dashboard: { port: 0, folder: pages, version: '0.0.0' },
    },
    {
      keys: { names: [], signer: drySigner },
      ...{ logger: silent, signal: untroubled, dryRun: () => undefined },
    },
  )
}
