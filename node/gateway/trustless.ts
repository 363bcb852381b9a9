import { PassThrough, Readable } from 'node:stream'
import { CarWriter } from '@ipld/car'
import * as dagPb from '@ipld/dag-pb'
import { NotFoundError } from 'interface-store'
import type { Context } from 'koa'
import { CID } from 'multiformats/cid'
import { MarketError } from '#market/errors.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { isLeaf, linksOf } from '../ipfs/dag.ts'
import { refuse } from './serve-content.ts'

/** Forms in which an asker can check the bytes against their ids by itself (specs.ipfs.tech, Trustless Gateway). */
const forms = {
  raw: 'application/vnd.ipld.raw',
  car: 'application/vnd.ipld.car',
} as const

type Form = keyof typeof forms

const scopes = ['all', 'entity', 'block'] as const
type Scope = (typeof scopes)[number]

/** The form that is asked for by `?format=` or else by `Accept`; null where it is a file that is wanted. */
export function trustlessForm(context: Context): Form | null {
  const { format } = context.query
  if (format === 'raw' || format === 'car') return format
  const accepted = context.get('accept')
  if (accepted.includes(forms.raw)) return 'raw'
  return accepted.includes(forms.car) ? 'car' : null
}

export type TrustlessAnswer = {
  /** `<cid>` or `<cid>/<path>`. */
  readonly path: string
  readonly form: Form
  readonly caching: string
}

/** Answers with one block, or with an archive of blocks in the order of a walk; nothing that is not on this node. */
export async function serveTrustless(
  context: Context,
  blocks: FlatBlockStore,
  { path, form, caching }: TrustlessAnswer,
): Promise<void> {
  const [first = '', ...names] = path.split('/')
  const root = CID.parse(first)
  const scope = scopeOf(context)
  if (!scope || (form === 'raw' && names.length > 0)) {
    const reason = scope
      ? 'A block is asked for by its id alone; a path takes format=car.'
      : `dag-scope is one of ${scopes.join(', ')}.`
    refuse(context, 400, reason)
    return
  }
  const way = await walkPath(blocks, root, names)
  if (!way) {
    refuse(context, 404, 'There is nothing of that name.')
    return
  }
  const etag = form === 'raw' ? `"${root}.raw"` : `W/"${way.at(-1)?.cid}.car.${scope}"`
  context.set('etag', etag)
  context.set('cache-control', caching)
  context.set('x-ipfs-path', `/ipfs/${path.split('/').map(encodeURIComponent).join('/')}`)
  context.set('x-content-type-options', 'nosniff')
  context.set(
    'content-disposition',
    `attachment; filename="${root}.${form === 'raw' ? 'bin' : 'car'}"`,
  )
  context.set('vary', 'accept')
  context.status = 200
  if (
    context
      .get('if-none-match')
      .split(',')
      .some((tag) => tag.trim() === etag)
  ) {
    context.status = 304
    return
  }
  if (form === 'raw') sendBlock(context, way[0]?.bytes ?? new Uint8Array())
  else sendArchive(context, blocks, { root, way, scope })
}

function sendBlock(context: Context, bytes: Uint8Array): void {
  context.set('content-type', forms.raw)
  context.set('accept-ranges', 'none')
  context.length = bytes.length
  if (context.method !== 'HEAD') context.body = Buffer.from(bytes)
}

type Found = { readonly cid: CID; readonly bytes: Uint8Array }
type Archive = { readonly root: CID; readonly way: readonly Found[]; readonly scope: Scope }

function sendArchive(context: Context, blocks: FlatBlockStore, archive: Archive): void {
  context.set('content-type', `${forms.car}; version=1; order=dfs; dups=n`)
  if (context.method === 'HEAD') return
  const { writer, out } = CarWriter.create([archive.root])
  const body = new PassThrough()
  const source = Readable.from(out)
  // A block that is missing in the middle breaks the connection off: an archive that ends well is whole.
  const fail = (error: unknown): void => void body.destroy(error as Error)
  context.res.once('close', () => source.destroy())
  source.on('error', fail).pipe(body)
  write(writer, blocks, archive, context).catch(fail)
  context.body = body
}

async function write(
  writer: Pick<CarWriter, 'put' | 'close'>,
  blocks: FlatBlockStore,
  { way, scope }: Archive,
  context: Context,
): Promise<void> {
  for (const found of way) await writer.put(found)
  const last = way.at(-1)
  if (last && scope !== 'block') {
    const written = new Set(way.map(({ cid }) => cid.toString()))
    // Of a directory, the entity is its own block alone.
    const isFile = scope === 'all' || isFileNode(last)
    const open = isFile ? [...linksOf(last.cid, last.bytes)].reverse() : []
    for (let cid = open.pop(); cid && !context.res.destroyed; cid = open.pop()) {
      if (written.has(cid.toString())) continue
      written.add(cid.toString())
      const bytes = await blocks.read(cid)
      await writer.put({ cid, bytes })
      open.push(...[...linksOf(cid, bytes)].reverse())
    }
  }
  await writer.close()
}

/** A file's links have no names; a directory's all have. */
function isFileNode({ cid, bytes }: Found): boolean {
  return isLeaf(cid) || dagPb.decode(bytes).Links.every(({ Name }) => !Name)
}

function scopeOf(context: Context): Scope | null {
  const asked = context.query['dag-scope'] ?? 'all'
  return scopes.find((scope) => scope === asked) ?? null
}

/** The blocks from the root to what a path leads to; null where a name is not there. */
async function walkPath(
  blocks: FlatBlockStore,
  root: CID,
  names: readonly string[],
): Promise<readonly Found[] | null> {
  let found = await readBlock(blocks, root)
  const way = [found]
  for (const name of names) {
    if (isLeaf(found.cid)) return null
    const link = dagPb.decode(found.bytes).Links.find(({ Name }) => Name === name)
    if (!link) return null
    found = await readBlock(blocks, link.Hash)
    way.push(found)
  }
  return way
}

async function readBlock(blocks: FlatBlockStore, cid: CID): Promise<Found> {
  try {
    const bytes = await blocks.read(cid)
    // Says so here, before anything was sent, where the block is none that this network has.
    linksOf(cid, bytes)
    return { cid, bytes }
  } catch (error) {
    throw explain(cid, error)
  }
}

function explain(cid: CID, cause: unknown): unknown {
  if (cause instanceof NotFoundError)
    return new MarketError('content-absent', `This node does not have ${cid}.`, {}, { cause })
  if (cause instanceof RangeError)
    return new MarketError('content-corrupt', `${cause.message}.`, {}, { cause })
  return cause
}
