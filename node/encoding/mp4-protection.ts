import type { OpenInput } from './open-input.ts'
import { openInput } from './open-input.ts'

/** Boxes that lead from a file's top to the descriptions of its streams. */
const containers: readonly string[] = ['moov', 'trak', 'mdia', 'minf', 'stbl']

/** Descriptions of streams that can only be decoded with a key: common encryption, and two shops' own. */
const protectedEntries: readonly string[] = ['encv', 'enca', 'drmi', 'drms']

/** The index of a film of many hours is smaller. */
const largestIndexBytes = 64 * 2 ** 20

/** More boxes at the top of a file are no index any more, but its fragments. */
const mostTopBoxes = 64

/**
 * Whether an MP4 or MOV holds streams that nobody can decode without a key. FFmpeg shows such streams like any others
 * and decodes noise. False for files of any other kind, whole or broken.
 */
export async function isProtected(path: string): Promise<boolean> {
  await using input = await openInput(path)
  const index = await readIndex(input)
  return index !== null && hasProtectedEntry(index)
}

/** The content of the box `moov`, which may stand at either end of a file. */
async function readIndex(input: OpenInput): Promise<Uint8Array | null> {
  let position = 0
  for (let boxes = 0; boxes < mostTopBoxes; boxes += 1) {
    const head = await input.read(position, 16)
    if (head.length < 8) return null
    const short = head.readUInt32BE(0)
    if (short === 1 && head.length < 16) return null
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short
    const headBytes = short === 1 ? 16 : 8
    if (size < headBytes) return null
    if (head.toString('latin1', 4, 8) === 'moov') {
      const length = Math.min(size - headBytes, largestIndexBytes)
      return await input.read(position + headBytes, length)
    }
    position += size
  }
  return null
}

function hasProtectedEntry(content: Uint8Array): boolean {
  for (const { type, body } of boxesIn(content)) {
    if (containers.includes(type) && hasProtectedEntry(body)) return true
    if (type !== 'stsd') continue
    for (const entry of boxesIn(body.subarray(8)))
      if (protectedEntries.includes(entry.type)) return true
  }
  return false
}

function* boxesIn(
  content: Uint8Array,
): Generator<{ readonly type: string; readonly body: Uint8Array }> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  for (let offset = 0; offset + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(offset)
    if (size < 8) return
    const type = bytes.toString('latin1', offset + 4, offset + 8)
    yield { type, body: bytes.subarray(offset + 8, offset + size) }
    offset += size
  }
}
