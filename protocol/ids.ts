import { z } from 'zod'

const label = '[a-z][a-z0-9-]+[a-z0-9]'
const accountName = new RegExp(`^${label}(\\.${label})*$`)
/** With 20 to 33 characters in all the account has 3 to 16. */
const jobName = new RegExp(`^${label}(\\.${label})*:[0-9a-f]{16}$`)

/** A Hive account name: 3 to 16 characters in dot-separated segments of at least three (hived `is_valid_account_name`). */
export const HiveAccount = z
  .string()
  .min(3)
  .max(16)
  .regex(accountName, 'not a Hive account name')
  .brand<'HiveAccount'>()
export type HiveAccount = z.infer<typeof HiveAccount>

/**
 * A job's name: its creator and 16 hex digits of the creator's choice.
 * The creator is part of the name so that nobody can take a name seen in gossip before its offer is in a block.
 */
export const JobId = z
  .string()
  .min(20)
  .max(33)
  .regex(jobName, 'not the job id of an account')
  .brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/**
 * Content id: CIDv1, base32, sha2-256; codec raw (one block) or dag-pb (a file of several blocks, or a directory).
 * Exact: 36 bytes are 57.6 digits, so the first one after the prefix and the last one carry three bits each.
 * Anyone may put one on the chain, and what passes here is decoded without a second look.
 */
export const Cid = z
  .string()
  .regex(/^baf(kre|ybe)i[a-h][a-z2-7]{50}[aeimquy4]$/, 'not a CIDv1 in base32 with sha2-256')
  .brand<'Cid'>()
export type Cid = z.infer<typeof Cid>

/** First 20 bytes of the sha256 of an unsigned Hive transaction, in hex. */
export const TransactionId = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'not a transaction id')
  .brand<'TransactionId'>()
export type TransactionId = z.infer<typeof TransactionId>

/** A Hive block id: 20 bytes in hex, the first four are the block's number. */
export const BlockId = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'not a block id')
  .brand<'BlockId'>()
export type BlockId = z.infer<typeof BlockId>

/** A sha256 in hex. */
export const Sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'not a sha256 in hex')
  .brand<'Sha256Hex'>()
export type Sha256Hex = z.infer<typeof Sha256Hex>

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** Identity multihash of a protobuf with an Ed25519 key, without its leading zero byte; 32 bytes of key follow. */
const ed25519Prefix = 0x24_08_01_12_20n

/** A libp2p peer id of an Ed25519 key. Exact: anyone may register one, and what passes here is decoded without a second look. */
export const PeerId = z
  .string()
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'not an Ed25519 peer id')
  .refine((id) => decodeBase58(id) >> 256n === ed25519Prefix, 'not an Ed25519 peer id')
  .meta({ format: 'libp2p-peer-id', pattern: undefined })
  .brand<'PeerId'>()
export type PeerId = z.infer<typeof PeerId>

/** An upload of a video, as the server names it. */
export const UploadId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'not an upload id')
  .brand<'UploadId'>()
export type UploadId = z.infer<typeof UploadId>

/** A libp2p address as text, for example `/ip4/127.0.0.1/tcp/4001`. */
export const Multiaddr = z.string().min(4).max(256).startsWith('/').brand<'Multiaddr'>()
export type Multiaddr = z.infer<typeof Multiaddr>

/** A Hive block number. */
export const BlockHeight = z.int().nonnegative().brand<'BlockHeight'>()
export type BlockHeight = z.infer<typeof BlockHeight>

/** The last moment that hived's 32 bits of seconds can say, in 2106. */
export const lastChainTime = 0xffff_ffff

/** A block timestamp in whole seconds since 1970 (UTC): the only clock contracts know. */
export const ChainTime = z.int().nonnegative().max(lastChainTime).brand<'ChainTime'>()
export type ChainTime = z.infer<typeof ChainTime>

/** Number of an escrow, unique per payer while it lives; hived keeps it in 32 bits. */
export const EscrowId = z.int().min(0).max(0xffffffff).brand<'EscrowId'>()
export type EscrowId = z.infer<typeof EscrowId>

/** The account that may offer, award and cancel this job. */
export function jobCreator(job: JobId): HiveAccount {
  return HiveAccount.parse(job.slice(0, job.lastIndexOf(':')))
}

/** Seconds since 1970 of a Hive timestamp (`2026-01-31T12:00:00`, UTC without a zone). */
export function parseChainTime(text: string): ChainTime {
  return ChainTime.parse(Math.floor(Date.parse(`${text}Z`) / 1000))
}

/** The inverse of {@link parseChainTime}, as Hive operations carry it. */
export function formatChainTime(time: ChainTime): string {
  return new Date(time * 1000).toISOString().slice(0, 19)
}

function decodeBase58(text: string): bigint {
  return [...text].reduce((value, digit) => value * 58n + BigInt(base58.indexOf(digit)), 0n)
}
