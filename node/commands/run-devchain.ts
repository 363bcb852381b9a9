import { MarketError } from '#market/errors.ts'
import type { Pace } from '../devchain/chain/block-time.ts'
import { devchainChainId, devchainNotice } from '../devchain/chain-id.ts'
import { createDevchain } from '../devchain/devchain.ts'
import { loadGenesis } from '../devchain/genesis.ts'
import type { Lifetime } from '../lifetime.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { createLogger } from '../logger.ts'
import type { DevchainFlags } from './devchain.ts'
import { explain } from './explain.ts'

/** Starts the chain, serves until it is stopped, and ends the process. */
export async function runDevchain(flags: DevchainFlags): Promise<void> {
  const lifetime = createLifetime()
  try {
    await serve(flags, lifetime)
    lifetime.end(0)
  } catch (error) {
    const { code, message } = explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    lifetime.end(lifetime.signal.aborted ? interrupted : 1)
  }
}

async function serve(
  { port, genesis, data, ...blocks }: DevchainFlags,
  { signal, announce }: Lifetime,
): Promise<void> {
  const pace = paceOf(blocks)
  await using devchain = await createDevchain(
    { logger: createLogger({ level: 'warn', name: 'devchain' }), now: Date.now },
    { genesis: loadGenesis(genesis), pace, port, ...(data !== undefined && { directory: data }) },
  )
  process.stdout.write(
    `Development chain at ${devchain.url} (${describePace(pace)}, chain id ${devchainChainId}): ${devchainNotice}.\n`,
  )
  announce({ type: 'ready', url: devchain.url })
  await untilAborted(signal)
}

function paceOf({ interval, manual }: Pick<DevchainFlags, 'interval' | 'manual'>): Pace {
  if (interval !== undefined) return { type: 'interval', seconds: interval }
  if (manual) return { type: 'manual' }
  throw new MarketError('option-invalid', 'Say how blocks come: --interval SECONDS or --manual.')
}

function describePace(pace: Pace): string {
  return pace.type === 'manual' ? 'manual blocks' : `a block every ${pace.seconds} s`
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}
