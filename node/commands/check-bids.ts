import { readFile } from 'node:fs/promises'
import type { BidFinding } from '#market/domain/check-bids.ts'
import { checkBids } from '#market/domain/check-bids.ts'
import { MarketError } from '#market/errors.ts'
import { BidRecord } from '#protocol/api/bid-record.ts'
import { createAccounts } from '../chain/accounts.ts'
import { isSealed } from '../chain/envelopes.ts'
import { openChain } from '../chain/open-chain.ts'
import { createLogger } from '../logger.ts'
import { sha256 } from '../sha256.ts'
import { chainOf } from './chain-option.ts'
import { explain } from './explain.ts'

export type CheckFlags = { readonly chain?: string[]; readonly json?: true }

/** Checks bids that `job bids --json` wrote, against the keys that the chain has of their authors. Exit code 1 where one is wrong. */
export async function runCheckBids(file: string, { chain = [], json }: CheckFlags): Promise<void> {
  try {
    const record = await readRecord(file)
    const { network, rpc: urls } = chainOf(chain)
    const { chainId } = network
    const logger = createLogger({ level: 'silent', name: 'bids' })
    const { rpc } = openChain({ logger, now: Date.now }, network, urls)
    const accounts = createAccounts({ rpc, now: Date.now }, { ttlMs: 60_000, limit: 1_000 })
    const isSigned: Parameters<typeof checkBids>[1]['isSigned'] = (envelope) =>
      isSealed(envelope, accounts, chainId)
    const { findings, isAwardAmongThem } = await checkBids(record, { sha256, isSigned })
    for (const finding of findings) print(json ? JSON.stringify(finding) : lineOf(finding))
    if (!isAwardAmongThem) print(json ? JSON.stringify({ award: 'unknown' }) : noAward)
    const isSound = isAwardAmongThem && findings.every(({ fault }) => fault === null)
    process.exitCode = isSound ? 0 : 1
  } catch (error) {
    const { code, message } = explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 2
  }
}

const noAward = 'The awarded bid is none of those that are sound.'

function lineOf({ encoder, type, bid, fault }: BidFinding): string {
  const what = type === 'bid' ? 'bid ' : 'seal'
  return `${what}  ${bid.slice(0, 12)}  @${encoder}  ${fault ?? 'sound'}`
}

/** A record, alone or as a part of what `job bids --json` prints. */
async function readRecord(file: string): Promise<BidRecord> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'))
    const isWhole = typeof parsed === 'object' && parsed !== null && 'record' in parsed
    return BidRecord.parse(isWhole ? parsed.record : parsed)
  } catch (error) {
    throw asNoRecord(file, error)
  }
}

function asNoRecord(file: string, cause: unknown): MarketError {
  const message = `${file} is no record of bids, as spk-encoder job bids --json writes it.`
  return new MarketError('option-invalid', message, {}, { cause })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
