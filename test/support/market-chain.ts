import type { GenesisJson } from '#node/devchain/genesis.ts'
import type { TestDevchain } from './devchain.ts'
import { aDevchain } from './devchain.ts'

const rich = { hbd: '100.000 HBD' }

/** The accounts of a market, and a stranger. */
export const marketGenesis = {
  accounts: { creator: rich, encoder: {}, arbiter: {}, stranger: rich },
  time: '2026-01-01T00:00:00',
} satisfies GenesisJson

/** At 3 s block time follows the clock, so that a day needs no day's blocks. */
export const onAClock = { type: 'interval', seconds: 3 } as const

/** A chain on which the market's accounts are. */
export async function aMarketChain(
  pace: 'by hand' | 'on a clock',
  now: () => number,
): Promise<TestDevchain> {
  const chain = await aDevchain({
    ...marketGenesis,
    pace: pace === 'by hand' ? { type: 'manual' } : onAClock,
    now,
  })
  chain.produceBlocks(2)
  return chain
}
