import { hash } from 'node:crypto'
import type { Sha256 } from '#protocol/canonical.ts'

/** By way of text, one character a byte: Node makes that in half the time it takes for a buffer. */
export const sha256: Sha256 = (bytes) => Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
