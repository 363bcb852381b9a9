import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { MarketError } from '#market/errors.ts'
import type { SecretBox } from '#market/ports/secret-box.ts'

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const form = /^sealed:1:([0-9a-f]{16}):([A-Za-z0-9_-]+)$/

/** Names a key without telling it. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update('spk-encoder key id').update(key).digest('hex').slice(0, 16)
}

/**
 * AES-256-GCM under keys of 32 bytes, each sealed text bound to its owner: `sealed:1:<key id>:<nonce, tag, ciphertext>`. The first key
 * seals and all of them open, so that a key is exchanged by putting another in front of it. What is not of this form is taken for a
 * secret that was stored in clear.
 */
export function createSecretBox(keys: readonly [Uint8Array, ...Uint8Array[]]): SecretBox {
  const [sealing] = keys
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]))
  return {
    seal: (secret, owner) => {
      const nonce = randomBytes(nonceBytes)
      const sealer = createCipheriv(cipher, sealing, nonce).setAAD(Buffer.from(owner))
      const text = Buffer.concat([sealer.update(secret, 'utf8'), sealer.final()])
      const sealed = Buffer.concat([nonce, sealer.getAuthTag(), text]).toString('base64url')
      return `sealed:1:${keyIdOf(sealing)}:${sealed}`
    },
    open: (sealed, owner) => {
      if (!sealed.startsWith('sealed:')) return sealed
      const [, id = '', text = ''] = form.exec(sealed) ?? []
      const key = byId.get(id)
      if (!key) throw unreadable(`the key ${id} is not at hand`)
      const bytes = Buffer.from(text, 'base64url')
      const textStart = nonceBytes + tagBytes
      try {
        const opener = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
        opener.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(nonceBytes, textStart))
        const secret = opener.update(bytes.subarray(textStart))
        return Buffer.concat([secret, opener.final()]).toString('utf8')
      } catch (error) {
        throw unreadable('it is not as it was sealed', error)
      }
    },
  }
}

function unreadable(reason: string, cause?: unknown): MarketError {
  const message = `A stored secret cannot be read: ${reason}.`
  return new MarketError('secret-unreadable', message, {}, { cause })
}
