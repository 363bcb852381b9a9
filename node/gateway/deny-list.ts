import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { CID } from 'multiformats/cid'
import { MarketError } from '#market/errors.ts'
import type { Logger } from '../logger.ts'

/** What a gateway does not serve, though it may have it. */
export type DenyList = {
  /** True for `<cid>` or `<cid>/<path>` that is on the list, or below something that is. */
  denies(path: string): Promise<boolean>
}

/** How long a list is believed before the file is looked at again. */
const freshMs = 10_000

/**
 * A list in the compact form that IPFS gateways share (IPIP-383): `/ipfs/<cid>` or `/ipfs/<cid>/<path>`, with `/*` behind it for
 * all below; `//<sha256 in hex>` of `<cid in base32>/<path>`; `#` begins a remark. It may be edited while the gateway runs; lines that mean
 * nothing here are passed over with a warning.
 * Rejects with `option-invalid` where the file cannot be read at the start.
 */
export async function openDenyList(
  file: string,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): Promise<DenyList> {
  let changed = Number.NaN
  let lookedAt = Number.NEGATIVE_INFINITY
  let denied: ReadonlySet<string> = new Set()

  const load = async (): Promise<void> => {
    const { mtimeMs } = await stat(file)
    lookedAt = now()
    if (mtimeMs === changed) return
    const { entries, unknown } = parseDenyList(await readFile(file, 'utf8'))
    if (unknown.length > 0) logger.warn('deny-list lines not understood', { file, lines: unknown })
    changed = mtimeMs
    denied = entries
  }
  await load().catch((error: unknown) => {
    throw unreadable(file, error)
  })
  return {
    denies: async (path) => {
      if (now() - lookedAt > freshMs)
        // What was denied stays denied while its list cannot be read.
        await load().catch((error: unknown) => logger.error('deny-list not read', { file }, error))
      return keysOf(path).some((key) => denied.has(key))
    },
  }
}

/** Denies nothing. */
export const openToAll: DenyList = { denies: async () => false }

function unreadable(file: string, cause: unknown): MarketError {
  return new MarketError('option-invalid', `The deny list ${file} cannot be read.`, {}, { cause })
}

function parseDenyList(text: string): {
  readonly entries: ReadonlySet<string>
  readonly unknown: readonly string[]
} {
  const entries = new Set<string>()
  const unknown: string[] = []
  // Whatever stands before the line of dashes is the list's own description.
  const [, body = text] = /^---\r?\n([\s\S]*)$/m.exec(text) ?? []
  for (const line of body.split(/\r?\n/).map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const key = keyOf(line.split(/\s/)[0] ?? '')
    if (key) entries.add(key)
    else unknown.push(line.slice(0, 100))
  }
  return { entries, unknown }
}

function keyOf(rule: string): string | null {
  const hashed = /^\/\/([0-9a-f]{64})$/.exec(rule)
  if (hashed?.[1]) return hashed[1]
  const named = /^\/ipfs\/([^/]+)((?:\/.*)?)$/.exec(rule)
  const root = named?.[1] === undefined ? null : canonical(named[1])
  if (!root) return null
  const path = (named?.[2] ?? '').replace(/\/\*?$/, '')
  return hash(`${root}${path === '' ? '/' : path}`)
}

/** Of every beginning of a path: what is below something denied is denied too. */
function keysOf(path: string): readonly string[] {
  const [first = '', ...names] = path.split('/')
  const root = canonical(first)
  if (!root) return []
  return [
    hash(`${root}/`),
    ...names.map((_, index) => hash(`${root}/${names.slice(0, index + 1).join('/')}`)),
  ]
}

/** CIDv1 in base32: one content has one name. */
function canonical(text: string): string | null {
  try {
    return CID.parse(text).toV1().toString()
  } catch {
    return null
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
