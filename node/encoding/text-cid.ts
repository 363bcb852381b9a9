import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as digest from 'multiformats/hashes/digest'
import { utf8 } from '#protocol/canonical.ts'
import { Cid } from '#protocol/ids.ts'
import { sha256 } from '../sha256.ts'

/** The one-block limit of the network's import profile: a chunk of 1 MiB. */
const blockBytes = 1024 * 1024

/** The multihash code of sha2-256. */
const sha2 = 0x12

/**
 * The content id of a text that fits one block, found without waiting: playlists name each other by it. A playlist of
 * twelve hours in segments of four seconds still fits. Throws a RangeError for a longer text.
 */
export function textCid(text: string): Cid {
  const bytes = utf8(text)
  if (bytes.length > blockBytes) throw new RangeError('the text is longer than one block')
  return Cid.parse(CID.createV1(raw.code, digest.create(sha2, sha256(bytes))).toString())
}
