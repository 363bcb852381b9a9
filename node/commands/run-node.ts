import { resolve } from 'node:path'
import { movesMoney } from '#market/domain/means.ts'
import { MarketError } from '#market/errors.ts'
import type { AwardAllowance } from '#market/services/creator/within-allowance.ts'
import { milliHbd } from '#protocol/amount.ts'
import description from '../../package.json' with { type: 'json' }
import { abilityLines } from '../abilities.ts'
import type { AgentConfig } from '../agent/agent.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { Secrets } from '../config.ts'
import { readEnvironment } from '../config.ts'
import { dashboardFolder } from '../dashboard.ts'
import { defaultDataPath, openDataDirectory } from '../data-directory.ts'
import { drySigner } from '../dry-run/dry-signer.ts'
import { defaultKeystorePath } from '../keystore/default-path.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Logger } from '../logger.ts'
import { createLogger } from '../logger.ts'
import type { Network } from '../networks.ts'
import { networks } from '../networks.ts'
import type { NodeKeys } from '../node-keys.ts'
import { nameNodeKeys, openNodeKeys } from '../node-keys.ts'
import type { Peer } from '../peer.ts'
import { startPeer } from '../peer.ts'
import type { PeerConfig } from '../peer-config.ts'
import { readPriceList } from '../price-list.ts'
import type { NodeFlags } from './node.ts'
import { runServer, untilAborted } from './serve.ts'
import { terminal } from './terminal.ts'

/** Starts the node, serves until it is stopped, and ends the process. */
export async function runNode(flags: NodeFlags): Promise<void> {
  const isSupervised = flags.supervised ?? false
  await runServer((lifetime) => serve(flags, lifetime), { isSupervised })
}

async function serve(flags: NodeFlags, { signal, announce }: Lifetime): Promise<void> {
  const usual: Network = networks[flags.chain]
  const network = { ...usual, reach: flags.reach ?? usual.reach }
  requireConsent(flags, network)
  const { settings, secrets } = readEnvironment()
  const roles = [...new Set(flags.role)]
  const priceList = flags.priceList && (await readPriceList(resolve(flags.priceList)))
  const keys = await keysOf(flags, secrets, settings.dataBase)
  const canMoveMoney = flags.dryRun || keys.names.some(({ role }) => role === 'active')
  if (!canMoveMoney && roles.includes('arbiter')) throw noArbiter(flags)
  print(`@${flags.account} on ${network.name}${flags.dryRun ? ', a dry run' : ''}`)
  for (const line of abilityLines(flags.account, roles, keys.names)) print(`  ${line}`)
  // A dry run decides what a node in earnest must never find.
  const name = flags.dryRun ? `${flags.account}_dry-run` : flags.account
  using data = openDataDirectory(resolve(flags.data ?? defaultDataPath(name, settings.dataBase)))
  const logger = createLogger({ level: settings.logLevel ?? 'info', name: flags.account })
  await using peer = await startPeer(
    {
      account: flags.account,
      roles,
      ...(flags.region && { region: flags.region }),
      network,
      rpc: flags.rpc ?? network.rpc,
      data: data.path,
      listen: flags.listen ?? network.listen,
      announce: flags.announce ?? [],
      upnp: flags.upnp ?? false,
      bootstrap: flags.bootstrap ?? [],
      uploadLimit: flags.uploadLimit,
      port: flags.port,
      denyList: flags.denyList === undefined ? null : resolve(flags.denyList),
      pollMs: flags.poll ?? network.pollMs,
      ffmpeg: settings,
      encoder: {
        workers: flags.workers,
        hardware: flags.hardware,
        // A bid is a promise to stand by an escrow, which only the active key can keep.
        slots: canMoveMoney ? flags.slots : 0,
        pricePercent: BigInt(flags.pricePercent),
        ...(priceList && { priceList }),
        firmSeconds: flags.firmSeconds,
        marginSeconds: flags.marginSeconds,
      },
      creator: {
        bidSeconds: flags.bidSeconds,
        ratificationSeconds: flags.ratificationSeconds,
        deadlineSeconds: flags.deadlineSeconds,
        ceilingPercent: BigInt(flags.ceilingPercent),
        escrowLimit: flags.escrowLimit ?? network.limits.escrow ?? undefined,
        releaseLimit: flags.releaseLimit,
        codec: flags.codec,
        bidding: flags.bidding,
        standIns: { most: flags.standIns, atOnce: flags.standInAtOnce ?? null },
        selection: {
          mode: flags.selection,
          askSeconds: flags.askSeconds,
          rules: { blocked: flags.block ?? [], reputationFloor: flags.reputationFloor },
        },
      },
      replication: { replicas: flags.replicas, patienceMs: flags.replicaSeconds * 1_000 },
      replicaBytes: flags.replicaStore * 2 ** 30,
      allowance: allowanceOf(flags),
      arbiter: { fee: flags.fee },
      agent: roles.includes('creator') ? agentOf(flags) : null,
      ...dashboardOf(flags),
    },
    { keys, logger, signal, dryRun: flags.dryRun ? print : null },
  )
  const page = peer.agent?.pageLink() ?? null
  announce({ type: 'ready', url: peer.url, agent: peer.agent?.url ?? null, page })
  if (peer.dashboard !== null && !flags.supervised) print(`  dashboard: ${peer.dashboard}`)
  if (page !== null && !flags.supervised) print(`  desktop agent: ${page}`)
  logger.info('node is up', { url: peer.url, roles: flags.role })
  await untilAborted(signal)
  if (leaves(flags)) await handBack(peer, logger)
}

/** Long enough for endpoints that answer, and well within what a process that stops is given. */
const handBackMs = 8_000

/** What a supervisor stops it also starts again; a node that was started by hand may be away for long. */
function leaves({ onStop, supervised, dryRun }: NodeFlags): boolean {
  if (dryRun) return false
  return (onStop ?? (supervised || process.connected ? 'keep' : 'hand-back')) === 'hand-back'
}

async function handBack(peer: Pick<Peer, 'handBack'>, logger: Logger): Promise<void> {
  const given = peer.handBack().then((jobs) => {
    if (jobs > 0) logger.info('work given back', { jobs })
  })
  await Promise.race([given, pause(handBackMs, new AbortController().signal)])
}

/** Refuses to move real money for somebody who may not know that it is real. Throws `option-invalid`. */
function requireConsent({ role, dryRun, yesRealMoney }: NodeFlags, { isReal }: Network): void {
  if (!isReal || dryRun || yesRealMoney || !role.some(movesMoney)) return
  throw new MarketError(
    'option-invalid',
    'On mainnet this node would move real money by itself; look at what it would do with --dry-run, and allow it with --yes-real-money.',
  )
}

async function keysOf(
  { account, keystore, passwordFile, dryRun }: NodeFlags,
  secrets: Secrets,
  dataBase: string | undefined,
): Promise<NodeKeys> {
  const path = resolve(keystore ?? defaultKeystorePath(dataBase))
  if (dryRun)
    return { names: await nameNodeKeys(account, { secrets, keystore: path }), signer: drySigner }
  const password = { file: passwordFile, terminal: terminal() }
  return await openNodeKeys(account, { secrets, keystore: path, password })
}

function agentOf({ agentPort, agentOrigin = [], indexer }: NodeFlags): AgentConfig {
  const port = agentPort === 'off' ? null : agentPort
  const { version } = description
  return { port, origins: agentOrigin, indexer: indexer ?? null, version }
}

function dashboardOf({ dashboard }: NodeFlags): Pick<PeerConfig, 'dashboard'> {
  if (dashboard === undefined) return {}
  return { dashboard: { port: dashboard, folder: dashboardFolder, version: description.version } }
}

/** Nothing is spent on an indexer's word alone: without a limit of the node's own it offers nothing from there. */
function allowanceOf({ awardLimit, dailyAwardLimit }: NodeFlags): AwardAllowance | null {
  if (awardLimit === undefined) return null
  return { perJob: awardLimit, perDay: dailyAwardLimit ?? milliHbd(10n * awardLimit) }
}

function noArbiter({ account }: NodeFlags): MarketError {
  return new MarketError(
    'key-missing',
    `An arbiter stands by escrows and rules, which takes the active key of @${account}: spk-encoder keys import --account ${account} --role active keeps it in a keystore.`,
  )
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
