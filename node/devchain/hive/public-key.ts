import { createHash } from 'node:crypto'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
export const addressPrefix = 'STM'
const keySize = 33
const checksumSize = 4

/** The key nobody holds, 33 zero bytes. In an update it means "as before". */
export const nullPublicKey: string = formatPublicKey(Buffer.alloc(keySize))

/** The 33 bytes of `STM…`, or null if the text is no such key. Like hived, it does not ask whether the point exists. */
export function parsePublicKey(text: string): Buffer | null {
  const bytes = text.startsWith(addressPrefix)
    ? decodeBase58(text.slice(addressPrefix.length))
    : null
  if (bytes?.length !== keySize + checksumSize) return null
  const key = bytes.subarray(0, keySize)
  return checksum(key).equals(bytes.subarray(keySize)) ? key : null
}

/** As {@link parsePublicKey}, of a text that is known to be a key. */
export function publicKeyBytes(text: string): Buffer {
  const key = parsePublicKey(text)
  if (key === null) throw new TypeError(`${text} is not a public key`)
  return key
}

export function formatPublicKey(key: Uint8Array): string {
  return addressPrefix + encodeBase58(Buffer.concat([key, checksum(key)]))
}

function checksum(key: Uint8Array): Buffer {
  return createHash('ripemd160').update(key).digest().subarray(0, checksumSize)
}

function encodeBase58(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (rest > 0n) {
    text = `${alphabet.charAt(Number(rest % 58n))}${text}`
    rest /= 58n
  }
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros === -1 ? bytes.length : zeros) + text
}

function decodeBase58(text: string): Buffer | null {
  let value = 0n
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit === -1) return null
    value = value * 58n + BigInt(digit)
  }
  const hex = value === 0n ? '' : value.toString(16)
  const zeros = text.search(/[^1]|$/)
  return Buffer.concat([
    Buffer.alloc(zeros),
    Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'),
  ])
}
