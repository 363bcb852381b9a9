/** Two rows of a picture, at each of so many heights: a cut changes all of them, and they are read in no time. */
const bands = 6
const bandRows = 2

/** Mean difference of a band's samples from the picture before, in levels. Films move by 2 to 12, and cuts by 30 and more. */
const cutDifference = 20

type Picture = Pick<VideoFrame, 'format' | 'visibleRect' | 'allocationSize' | 'copyTo'>

/** Tells of each picture, in their order, whether it is the first after a cut. */
export function createCutFinder(): (picture: Picture) => Promise<boolean> {
  let before: Uint8Array | null = null
  return async (picture) => {
    // To know of a cut is of use and no more: a picture that cannot be read in bands is encoded all the same.
    const now = await bandsOf(picture).catch(() => new Uint8Array())
    const isCut = before !== null && differenceOf(now, before) > cutDifference
    before = now
    return isCut
  }
}

async function bandsOf(picture: Picture): Promise<Uint8Array> {
  const { format, visibleRect } = picture
  // Pictures that lie in a graphics card have no format of their own, and cannot be read.
  if (format === null || !visibleRect) return new Uint8Array()
  const { x, y, height } = visibleRect
  const width = even(visibleRect.width)
  const read = Array.from({ length: bands }, async (_, band) => {
    const row = even(y + Math.min(((band + 0.5) * height) / bands, height - bandRows))
    const rect = { x, y: row, width, height: bandRows }
    const bytes = new Uint8Array(picture.allocationSize({ rect }))
    await picture.copyTo(bytes, { rect })
    return bytes.subarray(0, bandRows * width)
  })
  const all = await Promise.all(read)
  const joined = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const band of all) {
    joined.set(band, at)
    at += band.length
  }
  return joined
}

function differenceOf(now: Uint8Array, before: Uint8Array): number {
  if (now.length !== before.length) return 0
  let sum = 0
  for (let index = 0; index < now.length; index += 1)
    sum += Math.abs((now[index] ?? 0) - (before[index] ?? 0))
  return sum / Math.max(1, now.length)
}

function even(value: number): number {
  return 2 * Math.floor(value / 2)
}
