import type { Sha256 } from '#protocol/canonical.ts'
import { hashText } from '#protocol/canonical.ts'
import { taggedJson } from '#protocol/tagged-json.ts'

/**
 * A map that is never changed: a change makes another one, which shares all but a few nodes with it. So a fold costs what it
 * changes and not what there is, and so does the hash, because every node remembers its own.
 *
 * Entries stand in a tree of sixteen branches a level by the 32-bit FNV-1a of their key, its lowest four bits first. The tree is
 * as deep as its keys need and no deeper, so equal entries make equal trees, whatever order they came in.
 */
export class Table<Key extends string, Value> implements ReadonlyMap<Key, Value> {
  readonly size: number
  readonly #root: Node<Key, Value> | null

  private constructor(root: Node<Key, Value> | null, size: number) {
    this.#root = root
    this.size = size
  }

  /** A map as a table; a table is itself. */
  static from<Key extends string, Value>(map: ReadonlyMap<Key, Value>): Table<Key, Value> {
    if (map instanceof Table) return map
    let table = new Table<Key, Value>(null, 0)
    for (const [key, value] of map) table = table.with(key, value)
    return table
  }

  get(key: Key): Value | undefined {
    return find(this.#root, key)?.value
  }

  has(key: Key): boolean {
    return find(this.#root, key) !== undefined
  }

  with(key: Key, value: Value): Table<Key, Value> {
    const leaf: Leaf<Key, Value> = { kind: 'leaf', key, value, code: codeOf(key), hash: null }
    const size = this.has(key) ? this.size : this.size + 1
    return new Table(inserted(this.#root, leaf, 0), size)
  }

  without(key: Key): Table<Key, Value> {
    if (!this.has(key)) return this
    return new Table(removed(this.#root, key, codeOf(key), 0), this.size - 1)
  }

  /** 32 bytes that only equal tables have; costs what was changed since it was last asked for. */
  hash(sha256: Sha256): Uint8Array {
    return hashOf(this.#root, sha256)
  }

  /** Keys whose values are others than in an earlier table, or in one of both alone; costs what was changed between the two. */
  *changedSince(earlier: Table<Key, Value>): Generator<Key, undefined> {
    yield* differing(earlier.#root, this.#root, 0)
  }

  *entries(): Generator<[Key, Value], undefined> {
    for (const { key, value } of leavesOf(this.#root)) yield [key, value]
  }

  *keys(): Generator<Key, undefined> {
    for (const { key } of leavesOf(this.#root)) yield key
  }

  *values(): Generator<Value, undefined> {
    for (const { value } of leavesOf(this.#root)) yield value
  }

  [Symbol.iterator](): Generator<[Key, Value], undefined> {
    return this.entries()
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }
}

type Leaf<Key, Value> = {
  readonly kind: 'leaf'
  readonly key: Key
  readonly value: Value
  readonly code: number
  hash: Uint8Array | null
}
type Branch<Key, Value> = {
  readonly kind: 'branch'
  /** Sixteen. */
  readonly children: readonly (Node<Key, Value> | null)[]
  hash: Uint8Array | null
}
/** Below the last level: keys whose codes are equal, sorted. */
type Bucket<Key, Value> = {
  readonly kind: 'bucket'
  readonly leaves: readonly Leaf<Key, Value>[]
  hash: Uint8Array | null
}
type Node<Key, Value> = Leaf<Key, Value> | Branch<Key, Value> | Bucket<Key, Value>

const width = 16
const levels = 8
const noHash = new Uint8Array(32)
const noChildren: readonly null[] = Array.from({ length: width }, () => null)

/** The last answer: an entry is looked up, changed and put back before the next one. */
let latest = { key: '', code: 0x811c9dc5 }

/** 32-bit FNV-1a over a key's UTF-16 units; keys are ASCII, so these are its bytes. */
function codeOf(key: string): number {
  if (key !== latest.key) latest = { key, code: freshCode(key) }
  return latest.code
}

function freshCode(key: string): number {
  let code = 0x811c9dc5
  for (let index = 0; index < key.length; index += 1)
    code = Math.imul(code ^ key.charCodeAt(index), 0x01000193)
  return code >>> 0
}

function slotOf(code: number, level: number): number {
  return (code >>> (4 * level)) & (width - 1)
}

function find<Key extends string, Value>(
  root: Node<Key, Value> | null,
  key: Key,
): Leaf<Key, Value> | undefined {
  const code = codeOf(key)
  let node = root
  for (let level = 0; node !== null; level += 1) {
    if (node.kind === 'leaf') return node.key === key ? node : undefined
    if (node.kind === 'bucket') return node.leaves.find((leaf) => leaf.key === key)
    node = node.children[slotOf(code, level)] ?? null
  }
  return undefined
}

function inserted<Key extends string, Value>(
  node: Node<Key, Value> | null,
  leaf: Leaf<Key, Value>,
  level: number,
): Node<Key, Value> {
  if (node === null) return leaf
  if (node.kind === 'branch') {
    const slot = slotOf(leaf.code, level)
    return withChild(node.children, slot, inserted(node.children[slot] ?? null, leaf, level + 1))
  }
  if (node.kind === 'leaf' && node.key === leaf.key) return leaf
  if (level === levels) {
    const others = node.kind === 'leaf' ? [node] : node.leaves
    return bucketOf([...others.filter(({ key }) => key !== leaf.key), leaf])
  }
  const code = node.kind === 'leaf' ? node.code : leaf.code
  return inserted(withChild(noChildren, slotOf(code, level), node), leaf, level)
}

function removed<Key extends string, Value>(
  node: Node<Key, Value> | null,
  key: Key,
  code: number,
  level: number,
): Node<Key, Value> | null {
  if (node === null || node.kind === 'leaf') return null
  if (node.kind === 'bucket') {
    const rest = node.leaves.filter((leaf) => leaf.key !== key)
    const [only] = rest
    return only && rest.length === 1 ? only : bucketOf(rest)
  }
  const slot = slotOf(code, level)
  const child = removed(node.children[slot] ?? null, key, code, level + 1)
  const left = node.children.filter((other, index) => other !== null && index !== slot)
  const all = child === null ? left : [...left, child]
  const [only] = all
  // A branch is there to hold several: one entry that is left alone rises.
  if (all.length === 1 && only?.kind === 'leaf') return only
  return withChild(node.children, slot, child)
}

function withChild<Key, Value>(
  children: readonly (Node<Key, Value> | null)[],
  slot: number,
  child: Node<Key, Value> | null,
): Branch<Key, Value> {
  const copy = children.slice()
  copy[slot] = child
  return { kind: 'branch', children: copy, hash: null }
}

function bucketOf<Key extends string, Value>(
  leaves: readonly Leaf<Key, Value>[],
): Bucket<Key, Value> {
  const sorted = leaves.toSorted((left, right) => (left.key < right.key ? -1 : 1))
  return { kind: 'bucket', leaves: sorted, hash: null }
}

function hashOf<Key, Value>(node: Node<Key, Value> | null, sha256: Sha256): Uint8Array {
  if (node === null) return noHash
  node.hash ??= freshHash(node, sha256)
  return node.hash
}

function freshHash<Key, Value>(node: Node<Key, Value>, sha256: Sha256): Uint8Array {
  switch (node.kind) {
    case 'leaf':
      return hashText(taggedJson([node.key, node.value]), sha256)
    case 'branch':
      return sha256(joined(node.children.map((child) => hashOf(child, sha256))))
    case 'bucket':
      return sha256(joined(node.leaves.map((leaf) => hashOf(leaf, sha256))))
  }
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(32 * hashes.length)
  for (const [index, hash] of hashes.entries()) bytes.set(hash, 32 * index)
  return bytes
}

/** Trees share what neither changed, so equal parts are known without a look inside. */
function* differing<Key extends string, Value>(
  before: Node<Key, Value> | null,
  after: Node<Key, Value> | null,
  level: number,
): Generator<Key, undefined> {
  if (before === after) return
  if (before?.kind === 'branch' || after?.kind === 'branch') {
    for (let slot = 0; slot < width; slot += 1)
      yield* differing(under(before, slot, level), under(after, slot, level), level + 1)
    return
  }
  const known = new Map([...leavesOf(before)].map(({ key, value }) => [key, value]))
  for (const { key, value } of leavesOf(after)) {
    if (!known.has(key) || known.get(key) !== value) yield key
    known.delete(key)
  }
  yield* known.keys()
}

/** What a node holds below one of the branches that there are at its level. */
function under<Key extends string, Value>(
  node: Node<Key, Value> | null,
  slot: number,
  level: number,
): Node<Key, Value> | null {
  if (node?.kind === 'branch') return node.children[slot] ?? null
  if (node?.kind === 'leaf') return slotOf(node.code, level) === slot ? node : null
  return null
}

function* leavesOf<Key, Value>(
  node: Node<Key, Value> | null,
): Generator<Leaf<Key, Value>, undefined> {
  if (node === null) return
  if (node.kind === 'leaf') yield node
  else if (node.kind === 'bucket') yield* node.leaves
  else for (const child of node.children) yield* leavesOf(child)
}
