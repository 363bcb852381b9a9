import { join } from 'node:path'
import envPaths from 'env-paths'

/**
 * Where a user's keystore is unless told otherwise: below the given directory, or the user's configuration (XDG on Linux).
 * No account has such a name, so it is no node's data directory.
 */
export function defaultKeystorePath(base?: string): string {
  return join(base ?? envPaths('spk-encoder', { suffix: '' }).config, '_keystore.json')
}
