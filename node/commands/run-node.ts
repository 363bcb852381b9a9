import { resolve } from 'node:path'
import type { Keys } from '../chain/keys.ts'
import { parseKey } from '../chain/keys.ts'
import type { Secrets } from '../config.ts'
import { readEnvironment } from '../config.ts'
import { defaultDataPath, openDataDirectory } from '../data-directory.ts'
import { createLifetime } from '../lifetime.ts'
import { createLogger } from '../logger.ts'
import { networks } from '../networks.ts'
import { startPeer } from '../peer.ts'
import { explain } from './explain.ts'
import type { NodeFlags } from './node.ts'

/** Starts the node, serves until it is stopped, and ends the process. */
export async function runNode(flags: NodeFlags): Promise<void> {
  const lifetime = createLifetime()
  try {
    await serve(flags, lifetime)
    lifetime.end(0)
  } catch (error) {
    if (lifetime.signal.aborted) lifetime.end(0)
    const { code, message } = explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    lifetime.end(1)
  }
}

async function serve(
  flags: NodeFlags,
  { signal, announce }: ReturnType<typeof createLifetime>,
): Promise<void> {
  const { settings, secrets } = readEnvironment()
  using data = openDataDirectory(
    resolve(flags.data ?? defaultDataPath(flags.account, settings.dataBase)),
  )
  const logger = createLogger({ level: settings.logLevel ?? 'info', name: flags.account })
  await using peer = await startPeer(
    {
      account: flags.account,
      roles: [...new Set(flags.role)],
      network: networks[flags.network],
      rpc: flags.rpc,
      data: data.path,
      listen: flags.listen ?? ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: flags.bootstrap ?? [],
      port: flags.port,
      pollMs: flags.poll,
      ffmpeg: settings,
      encoder: {
        workers: flags.workers,
        hardware: flags.hardware,
        slots: flags.slots,
        pricePercent: BigInt(flags.pricePercent),
        firmSeconds: flags.firmSeconds,
        marginSeconds: flags.marginSeconds,
      },
      creator: {
        bidSeconds: flags.bidSeconds,
        ratificationSeconds: flags.ratificationSeconds,
        deadlineSeconds: flags.deadlineSeconds,
        ceilingPercent: BigInt(flags.ceilingPercent),
      },
      arbiter: { fee: flags.fee },
    },
    { keys: readKeys(secrets), logger, signal },
  )
  announce({ type: 'ready', url: peer.url })
  logger.info('node is up', { url: peer.url, roles: flags.role })
  await untilAborted(signal)
}

function readKeys({ postingKey, activeKey }: Secrets): Keys {
  return {
    posting: postingKey === undefined ? null : parseKey(postingKey, 'posting'),
    active: activeKey === undefined ? null : parseKey(activeKey, 'active'),
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}
