import { resolve } from 'node:path'
import { usualRateLimits } from '#market/api/rate-limits.ts'
import { MarketError } from '#market/errors.ts'
import description from '../../package.json' with { type: 'json' }
import { readEnvironment } from '../config.ts'
import { dashboardFolder } from '../dashboard.ts'
import { defaultDataPath, openDataDirectory } from '../data-directory.ts'
import { startIndexer } from '../indexer.ts'
import type { Lifetime } from '../lifetime.ts'
import { createLogger } from '../logger.ts'
import { chainOf } from './chain-option.ts'
import type { IndexerFlags } from './indexer.ts'
import { runServer, untilAborted } from './serve.ts'

/** Starts the indexer, serves until it is stopped, and ends the process. */
export async function runIndexer(flags: IndexerFlags): Promise<void> {
  await runServer((lifetime) => serve(flags, lifetime))
}

async function serve(flags: IndexerFlags, { signal, announce }: Lifetime): Promise<void> {
  const { settings, secrets } = readEnvironment()
  const { network, rpc } = chainOf(flags.chain ?? [])
  if (flags.alertUrl !== undefined && secrets.alertSecret === undefined) throw noAlertSecret()
  using data = openDataDirectory(
    resolve(flags.data ?? defaultDataPath('_indexer', settings.dataBase)),
  )
  const logger = createLogger({ level: settings.logLevel ?? 'info', name: 'indexer' })
  await using indexer = await startIndexer(
    {
      ...{ network, rpc, data: data.path, host: flags.host, port: flags.port },
      listen: flags.listen ?? [...network.listen, ...network.listenForPages],
      announce: flags.announce ?? [],
      bootstrap: flags.bootstrap ?? [],
      uploadLimit: flags.uploadLimit,
      domain: flags.domain ?? `${flags.host}:${flags.port}`,
      origins: flags.origin ?? [],
      isProxied: flags.behindProxy === true,
      dashboard: dashboardFolder,
      pollMs: flags.poll ?? network.pollMs,
      ...(flags.lease !== undefined && { leaseMs: flags.lease * 1_000 }),
      rebuild: flags.rebuild === true,
      denyList: flags.denyList === undefined ? null : resolve(flags.denyList),
      rateLimits: usualRateLimits,
      alertUrl: flags.alertUrl ?? null,
      ffmpeg: settings,
      version: description.version,
      developmentAccounts: flags.developmentSigner ?? [],
    },
    {
      secrets: {
        databaseUrl: secrets.databaseUrl ?? null,
        alertSecret: secrets.alertSecret ?? null,
        secretKeys: secrets.secretKeys ?? [],
      },
      logger,
      signal,
    },
  )
  announce({ type: 'ready', url: indexer.url })
  process.stdout.write(`indexer on ${network.name}: ${indexer.url}/api\n`)
  await untilAborted(signal)
}

function noAlertSecret(): MarketError {
  return new MarketError(
    'option-invalid',
    'Alerts are signed: set SPK_ALERT_SECRET to a secret like whsec_… that the receiver knows too.',
  )
}
