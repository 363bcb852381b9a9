/** Pictures in 4:2:0: a plane of brightness and two of colour, each of half its size, without gaps between lines. */
export type Planes = {
  readonly width: number
  readonly height: number
  readonly y: Uint8Array
  readonly u: Uint8Array
  readonly v: Uint8Array
}

export type Turn = 0 | 90 | 180 | 270

/** How the numbers of a picture are to be read. */
export type Reading = { readonly matrix: 'bt709' | 'bt601'; readonly isFullRange: boolean }

/** Side of the squares in which a plane is turned: both of its lines stay in the nearest cache. */
const tile = 16

/** Turns a picture clockwise. */
export function turnedPlanes(planes: Planes, turn: Turn): Planes {
  if (turn === 0) return planes
  const { width, height, y, u, v } = planes
  const [halfWidth, halfHeight] = [chromaSide(width), chromaSide(height)]
  const isSideways = turn !== 180
  return {
    width: isSideways ? height : width,
    height: isSideways ? width : height,
    y: turnedPlane(y, width, height, turn),
    u: turnedPlane(u, halfWidth, halfHeight, turn),
    v: turnedPlane(v, halfWidth, halfHeight, turn),
  }
}

/** Samples of colour along a side. */
export function chromaSide(side: number): number {
  return (side + 1) >> 1
}

function turnedPlane(
  plane: Uint8Array,
  width: number,
  height: number,
  turn: Exclude<Turn, 0>,
): Uint8Array {
  if (turn === 180) return plane.slice().reverse()
  const turned = new Uint8Array(width * height)
  // Where the first sample goes, and how far apart its neighbours along a line and along a column land.
  const origin = turn === 90 ? height - 1 : (width - 1) * height
  const alongLine = turn === 90 ? height : -height
  const alongColumn = turn === 90 ? -1 : 1
  for (let top = 0; top < height; top += tile)
    for (let left = 0; left < width; left += tile) {
      const bottom = Math.min(top + tile, height)
      const right = Math.min(left + tile, width)
      for (let line = top; line < bottom; line += 1) {
        let from = line * width + left
        let to = origin + left * alongLine + line * alongColumn
        for (let column = left; column < right; column += 1) {
          turned[to] = plane[from] ?? 0
          from += 1
          to += alongLine
        }
      }
    }
  return turned
}

/**
 * What the colours of BT.601 are in BT.709, as changes in brightness and both colours for each unit of the two colours
 * (ITU-R BT.601 and BT.709, item 3.2 of each, one put into the other).
 */
const from601 = {
  yu: -0.118188,
  yv: -0.212685,
  uu: 1.01864,
  uv: 0.114618,
  vu: 0.075049,
  vv: 1.025327,
}
const from709 = { yu: 0, yv: 0, uu: 1, uv: 0, vu: 0, vv: 1 }

/** Rewrites a picture in place as BT.709 in limited range. */
export function recolour(planes: Planes, { matrix, isFullRange }: Reading): void {
  const { width, height, y, u, v } = planes
  const m = matrix === 'bt601' ? from601 : from709
  const [lumaGain, chromaGain] = isFullRange ? [219 / 255, 224 / 255] : [1, 1]
  const lumaBase = isFullRange ? 16 : 0
  /** A unit of colour, in limited range, in units of brightness. */
  const toLuma = (219 / 224) * chromaGain
  const halfWidth = chromaSide(width)
  for (let place = 0; place < u.length; place += 1) {
    const cu = (u[place] ?? 0) - 128
    const cv = (v[place] ?? 0) - 128
    u[place] = limited(128 + chromaGain * (m.uu * cu + m.uv * cv))
    v[place] = limited(128 + chromaGain * (m.vu * cu + m.vv * cv))
    const change = lumaBase + toLuma * (m.yu * cu + m.yv * cv)
    const top = 2 * Math.floor(place / halfWidth)
    const left = 2 * (place % halfWidth)
    const bottom = Math.min(top + 2, height)
    const right = Math.min(left + 2, width)
    for (let line = top; line < bottom; line += 1)
      for (let at = line * width + left; at < line * width + right; at += 1)
        y[at] = limited(lumaGain * (y[at] ?? 0) + change)
  }
}

/** To be stored as a byte, which cuts off what is behind the point. */
function limited(value: number): number {
  if (value < 0) return 0
  return value > 255 ? 255 : value + 0.5
}
