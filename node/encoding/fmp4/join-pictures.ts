import { writeFragment } from './fragment.ts'

/** Ticks of one picture: any number does, since only their order counts. */
const pictureTicks = 1024

/** A file of pictures alone, one after another: key frames of one stream, with all that is needed to decode them. */
export function joinPictures(init: Uint8Array, pictures: readonly Uint8Array[]): Uint8Array {
  const fragments = pictures.map((bytes, index) =>
    writeFragment({ index, start: index, samples: [{ bytes, delay: 0 }] }, pictureTicks),
  )
  return Buffer.concat([init, ...fragments])
}
