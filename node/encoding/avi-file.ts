import { open } from 'node:fs/promises'

/** Uncompressed pictures (4:2:0, 8 bits) and sound (16 bits), the simplest file that every FFmpeg opens. */
export type AviFormat = {
  readonly width: number
  readonly height: number
  readonly framesPerSecond: number
  readonly frames: number
  readonly sampleRate: number
  readonly channels: number
}

export type AviContent = {
  /** One picture: all of luma, then both chroma planes. */
  picture(frame: number): Uint8Array
  /** Interleaved samples, little-endian. */
  sound(firstSample: number, samples: number): Uint8Array
}

/** Writes an AVI file picture by picture, each followed by its sound. */
export async function writeAvi(
  path: string,
  format: AviFormat,
  content: AviContent,
): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.write(header(format))
    for (let frame = 0; frame < format.frames; frame += 1) {
      const [first, next] = [samplesBefore(format, frame), samplesBefore(format, frame + 1)]
      await file.write(chunk('00dc', content.picture(frame)))
      await file.write(chunk('01wb', content.sound(first, next - first)))
    }
  } finally {
    await file.close()
  }
}

function header(format: AviFormat): Uint8Array {
  const lists = Buffer.concat([
    list('hdrl', mainHeader(format), videoList(format), soundList(format)),
  ])
  const movieBytes = 4 + contentBytes(format)
  const movie = Buffer.concat([fourCc('LIST'), u32(movieBytes), fourCc('movi')])
  const riff = [fourCc('RIFF'), u32(4 + lists.length + 8 + movieBytes), fourCc('AVI ')]
  return Buffer.concat([...riff, lists, movie])
}

function mainHeader({ width, height, framesPerSecond, frames }: AviFormat): Uint8Array {
  const microseconds = Math.round(1_000_000 / framesPerSecond)
  return chunk('avih', words(microseconds, 0, 0, 0x100, frames, 0, 2, 0, width, height, 0, 0, 0, 0))
}

function videoList({ width, height, framesPerSecond, frames }: AviFormat): Uint8Array {
  const bytes = pictureBytes({ width, height })
  const times = words(0, 0, 0, 1, framesPerSecond, 0, frames, bytes, 0xffffffff, 0, 0, 0)
  const shape = Buffer.concat([words(40, width, height), halves(1, 12), fourCc('I420')])
  const stream = Buffer.concat([fourCc('vids'), fourCc('I420'), times])
  return list(
    'strl',
    chunk('strh', stream),
    chunk('strf', Buffer.concat([shape, words(bytes, 0, 0, 0, 0)])),
  )
}

function soundList(format: AviFormat): Uint8Array {
  const { sampleRate, channels, frames } = format
  const block = 2 * channels
  const length = samplesBefore(format, frames)
  const times = words(0, 0, 0, block, sampleRate * block, 0, length, 0, 0xffffffff, block, 0, 0)
  const stream = Buffer.concat([fourCc('auds'), u32(0), times])
  const wave = Buffer.concat([
    halves(1, channels),
    words(sampleRate, sampleRate * block),
    halves(block, 16),
  ])
  return list('strl', chunk('strh', stream), chunk('strf', wave))
}

function contentBytes(format: AviFormat): number {
  const sound = samplesBefore(format, format.frames) * 2 * format.channels
  return format.frames * (16 + pictureBytes(format)) + sound
}

function samplesBefore({ sampleRate, framesPerSecond }: AviFormat, frame: number): number {
  return Math.floor((frame * sampleRate) / framesPerSecond)
}

function pictureBytes({ width, height }: Pick<AviFormat, 'width' | 'height'>): number {
  return (width * height * 3) / 2
}

function list(name: string, ...chunks: readonly Uint8Array[]): Uint8Array {
  return chunk('LIST', Buffer.concat([fourCc(name), ...chunks]))
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  return Buffer.concat([fourCc(name), u32(content.length), content])
}

function fourCc(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function u32(value: number): Uint8Array {
  return words(value)
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index)
  return bytes
}

function halves(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index)
  return bytes
}
