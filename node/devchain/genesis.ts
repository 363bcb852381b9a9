import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { compareText, isAccountName } from './hive/account-name.ts'
import { formatAsset, hbd, hive, parseAsset } from './hive/asset.ts'
import type { Authority } from './hive/authority.ts'
import { singleKeyAuthority } from './hive/authority.ts'
import { parseTime } from './hive/chain-time.ts'
import { blockProducer, nullAccount } from './hive/limits.ts'
import { nullPublicKey } from './hive/public-key.ts'
import type { KeyRole } from './keys.ts'
import { devchainPublicKey } from './keys.ts'
import { createLedger } from './state/ledger.ts'
import type { StateChanges } from './state/state.ts'
import { changesOf, createStateOverlay } from './state/state.ts'
import { createTable } from './state/table.ts'

const reserved: readonly string[] = [blockProducer, nullAccount]

const AccountName = z
  .string()
  .refine(isAccountName, 'not a Hive account name')
  .refine((name) => !reserved.includes(name), 'the chain itself has this account')

function amountOf(symbol: 'HBD' | 'HIVE') {
  return z
    .string()
    .regex(
      new RegExp(`^(0|[1-9]\\d{0,12})\\.\\d{3} ${symbol}$`),
      `not an amount like "1.234 ${symbol}"`,
    )
    .default(`0.000 ${symbol}`)
    .transform((text) => parseAsset(text).amount)
}

const GenesisTime = z.string().transform((text, context) => {
  const seconds = parseTime(text)
  if (seconds !== null) return seconds
  context.addIssue('not a time like "2026-01-01T00:00:00"')
  return z.NEVER
})

/** What a chain starts with. Without `time` it starts on a fixed day (manual) or now (interval). */
export const Genesis = z.strictObject({
  accounts: z.record(AccountName, z.strictObject({ hbd: amountOf('HBD'), hive: amountOf('HIVE') })),
  time: GenesisTime.optional(),
})
export type Genesis = z.infer<typeof Genesis>
/** A genesis as its file holds it. */
export type GenesisJson = z.input<typeof Genesis>

/** Reads a genesis, or throws a MarketError of one sentence. `source` names it for people. */
export function parseGenesis(json: unknown, source: string): Genesis {
  const parsed = Genesis.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  const reason = issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message
  throw new MarketError('option-invalid', `${source} is not valid: ${place}${reason}.`)
}

export function loadGenesis(path: string): Genesis {
  return parseGenesis(readJson(path), `The genesis file ${path}`)
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, cause: unknown): MarketError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `The genesis file ${path} can not be read: ${reason}.`
  return new MarketError('option-invalid', message, { path }, { cause })
}

/** Two geneses with the same fingerprint make the same chain. */
export function genesisFingerprint(genesis: Genesis): string {
  const accounts = sortedAccounts(genesis).map(([name, balance]) => [
    name,
    formatAsset(hbd(balance.hbd)),
    formatAsset(hive(balance.hive)),
  ])
  const text = JSON.stringify({ accounts, time: genesis.time ?? null })
  return createHash('sha256').update(text).digest('hex')
}

/** The accounts of block 0, those that every chain has first. */
export function genesisState(genesis: Genesis, time: number): StateChanges {
  const state = createStateOverlay({
    accounts: createTable(),
    escrows: createTable(),
    counters: createTable(),
  })
  const ledger = createLedger(state)
  const nobody: Authority = { weightThreshold: 1, accountAuths: [], keyAuths: [] }
  const create = (name: string, role: (role: KeyRole) => Authority, memoKey: string): void =>
    ledger.createAccount({
      name,
      owner: role('owner'),
      active: role('active'),
      posting: role('posting'),
      memoKey,
      jsonMetadata: '',
      recoveryAccount: '',
      created: time,
    })
  const createWithKeys = (name: string): void =>
    create(
      name,
      (role) => singleKeyAuthority(devchainPublicKey(name, role)),
      devchainPublicKey(name, 'memo'),
    )
  create(nullAccount, () => nobody, nullPublicKey)
  createWithKeys(blockProducer)
  for (const [name, balance] of sortedAccounts(genesis)) {
    createWithKeys(name)
    ledger.credit(name, hbd(balance.hbd))
    ledger.credit(name, hive(balance.hive))
  }
  return changesOf(state)
}

function sortedAccounts({ accounts }: Genesis) {
  return Object.entries(accounts).sort(([a], [b]) => compareText(a, b))
}
