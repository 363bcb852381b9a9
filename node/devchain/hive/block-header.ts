import { createHash } from 'node:crypto'
import { createByteWriter } from './byte-writer.ts'

export const genesisBlockId = '0'.repeat(40)

export type BlockHeader = {
  readonly previous: string
  readonly time: number
  readonly witness: string
  readonly merkleRoot: string
}

export type SignedBlockHeader = BlockHeader & { readonly signature: string }

/** What the witness signs. */
export function headerDigest(header: BlockHeader): Buffer {
  return createHash('sha256').update(packHeader(header)).digest()
}

/** sha224 over the signed header, with the block's number in front: an id tells its height, and how it came to be. */
export function blockId(header: SignedBlockHeader): string {
  const hash = createHash('sha224')
    .update(packHeader(header))
    .update(header.signature, 'hex')
    .digest()
  hash.writeUInt32BE(blockNumber(header.previous) + 1)
  return hash.toString('hex', 0, 20)
}

export function blockNumber(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16)
}

/** What a transaction that refers to this block must carry as `ref_block_prefix`. */
export function taposPrefix(id: string): number {
  return Buffer.from(id, 'hex').readUInt32LE(4)
}

function packHeader({ previous, time, witness, merkleRoot }: BlockHeader): Buffer {
  const writer = createByteWriter()
  writer.bytes(Buffer.from(previous, 'hex'))
  writer.u32(time)
  writer.text(witness)
  writer.bytes(Buffer.from(merkleRoot, 'hex'))
  writer.varint(0)
  return writer.finish()
}
