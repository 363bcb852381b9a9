import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { sampleBytes } from '../encoding/fmp4/video-stream.ts'
import { sliceBytes } from '../encoding/h264-units.ts'
import { packetBytes, pesPayloads } from '../encoding/transport-stream.ts'

/** What a packet has room for, what stands ahead of each picture, and ahead of the first: tables, parameters, and who encoded it. */
const packetRoom = packetBytes - 4
const pictureHead = 30
const segmentHead = 6 * packetBytes

/** Bytes of the tables of a fragment, all in all and for each sample. */
const fragmentHead = 120
const sampleRow = 8

/**
 * Bytes that a segment's pictures take in its container with nothing beside them. What fills a segment up, and what a decoder
 * passes over, is no sign of the rate that its pictures were given; what a container adds to pictures of a few bytes is the same
 * for all. Throws a RangeError for bytes that are no segment of the recipe.
 */
export function pictureBytes(recipe: Recipe, file: Uint8Array): number {
  if (recipes[recipe].container === 'fmp4')
    return sum(sampleBytes(recipe, file).map((bytes) => bytes + sampleRow)) + fragmentHead
  const packets = pesPayloads(file).map((frame) =>
    Math.ceil((pictureHead + sliceBytes(frame)) / packetRoom),
  )
  return segmentHead + packetBytes * sum(packets)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
