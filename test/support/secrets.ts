import { createSecretBox } from '#node/secrets/secret-box.ts'

/** A box whose key everybody knows. */
export const testSecrets = createSecretBox([new Uint8Array(32).fill(9)])
