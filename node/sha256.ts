import { hash } from 'node:crypto'

/** By way of text, one character a byte: Node makes that in half the time it takes for a buffer. */
export function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
}
