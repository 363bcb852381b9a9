import { createHash } from 'node:crypto'
import { sha256 } from '../../sha256.ts'

/** What an empty block carries as its root. */
export const emptyMerkleRoot = '0'.repeat(40)

/** hived's root over the digests of signed transactions, in hex: pairs by sha256, an odd one rises as it is, ripemd160 on top. */
export function merkleRoot(digests: readonly Buffer[]): string {
  let level = digests
  while (level.length > 1) level = pairUp(level)
  const [top] = level
  if (top === undefined) return emptyMerkleRoot
  return createHash('ripemd160').update(top).digest('hex')
}

function pairUp(level: readonly Buffer[]): readonly Buffer[] {
  return level.flatMap((left, index) => {
    if (index % 2 === 1) return []
    const right = level[index + 1]
    return right === undefined ? [left] : [pairDigest(left, right)]
  })
}

function pairDigest(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([left, right]))
}
