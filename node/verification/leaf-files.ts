import { readFile, writeFile } from 'node:fs/promises'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { InitRecord, Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { recipes } from '#protocol/recipe.ts'
import { initOf } from './exact-check.ts'
import type { LeafCheck } from './leaf.ts'

/** A segment of ours is a few megabytes; nothing that is called one may fill the memory. */
const segmentLimitBytes = 256 * 1024 * 1024

/** The name of a file of joined segments; its ending says how it is opened. */
export function fileName(name: string, { recipe }: Pick<Manifest, 'recipe'>): string {
  return `${name}.${recipes[recipe].container === 'fmp4' ? 'mp4' : 'ts'}`
}

/** Segments with what they need first. */
export function pieceOf(
  manifest: Manifest,
  name: string,
  segments: readonly SegmentRecord[],
): readonly InitRecord[] {
  const init = initOf(manifest, name)
  return init ? [init, ...segments] : segments
}

export async function joined(segments: readonly EncodedSegment[]): Promise<Uint8Array> {
  const [{ init } = {}] = segments
  const files = [...(init === undefined ? [] : [init]), ...segments.map(({ path: file }) => file)]
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))))
}

/** Segments as one file: transport streams and fragments may simply be joined. */
export async function writeSegments(
  { content, signal }: LeafCheck,
  records: readonly InitRecord[],
  file: string,
): Promise<void> {
  const bytes: Uint8Array[] = []
  for (const { cid } of records)
    bytes.push(await content.read(cid, { limitBytes: segmentLimitBytes, signal }))
  await writeFile(file, Buffer.concat(bytes))
}
