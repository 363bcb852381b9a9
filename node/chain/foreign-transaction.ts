import { Types } from '@hiveio/dhive'
import { z } from 'zod'
import { formatAsset, parseNaiAsset } from '../devchain/hive/asset.ts'
import { createByteWriter } from '../devchain/hive/byte-writer.ts'
import { sha256 } from '../sha256.ts'

/**
 * What stands in a block's tree for a transaction with operations that are none of the market's, packed by dhive; null where dhive
 * does not know one of them, or packs it otherwise than its id says (as it does transactions signed in hived's newer form).
 */
export function foreignDigest(transaction: unknown, id: string | undefined): Buffer | null {
  try {
    const { signatures, ...unsigned } = ForeignTransaction.parse(transaction)
    const bytes = pack(unsigned)
    if (sha256(bytes).toString('hex', 0, 20) !== id) return null
    const writer = createByteWriter()
    writer.bytes(bytes)
    writer.varint(signatures.length)
    for (const signature of signatures) writer.bytes(Buffer.from(signature, 'hex'))
    return sha256(writer.finish())
  } catch {
    return null
  }
}

const NaiAsset = z.strictObject({ amount: z.string(), precision: z.int(), nai: z.string() })

const ForeignTransaction = z.object({
  ref_block_num: z.int(),
  ref_block_prefix: z.int(),
  expiration: z.string(),
  operations: z.array(
    z
      .object({ type: z.string(), value: z.unknown() })
      .transform(({ type, value }) => [type.replace(/_operation$/, ''), legacyForm(value)]),
  ),
  extensions: z.array(z.never()),
  signatures: z.array(z.string().regex(/^[0-9a-f]{130}$/)),
})

/** hived's newer JSON as dhive wants it: amounts as text, and the one extension of the field, beneficiaries, by its number. */
function legacyForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(legacyForm)
  if (typeof value !== 'object' || value === null) return value
  const asset = NaiAsset.safeParse(value)
  if (asset.success) return formatAsset(parseNaiAsset(asset.data))
  if ('type' in value && value.type === 'comment_payout_beneficiaries' && 'value' in value)
    return [0, legacyForm(value.value)]
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, legacyForm(member)]))
}

/** dhive packs into a ByteBuffer, of which it calls these. */
function pack(unsigned: object): Buffer {
  const writer = createByteWriter()
  const u8 = (value: number): void => writer.u8(value & 0xff)
  const u16 = (value: number): void => writer.u16(value & 0xffff)
  const i64 = (value: number): void => writer.i64(BigInt(value))
  Types.Transaction(
    {
      writeByte: u8,
      writeUint8: u8,
      writeInt8: u8,
      writeUint16: u16,
      writeInt16: u16,
      writeUint32: (value: number) => writer.u32(value >>> 0),
      writeInt32: (value: number) => writer.u32(value >>> 0),
      writeInt64: i64,
      writeUint64: i64,
      writeVarint32: (value: number) => writer.varint(value),
      writeVString: (value: string) => writer.text(value),
      append: (bytes: Uint8Array) => writer.bytes(bytes),
    } as unknown as Parameters<typeof Types.Transaction>[0],
    unsigned,
  )
  return writer.finish()
}
