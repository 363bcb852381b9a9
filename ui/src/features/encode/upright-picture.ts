import type { BrowserPlan } from '#protocol/api/browser.ts'
import type { Planes } from './planes.ts'
import { chromaSide, recolour, turnedPlanes } from './planes.ts'
import { Unsupported } from './unsupported.ts'

const colorSpace: VideoColorSpaceInit = {
  ...{ primaries: 'bt709', transfer: 'bt709', matrix: 'bt709' },
  fullRange: false,
}

type Source = Pick<BrowserPlan['source'], 'turn' | 'matrix' | 'isFullRange'>

/**
 * A decoded picture as the tree has it: upright, BT.709, limited range. One that is so already is passed on untouched, for a canvas would make
 * it full-range sRGB, and cost half the speed. The picture given is closed, unless it is the one returned.
 */
export async function uprightPicture(frame: VideoFrame, source: Source): Promise<VideoFrame> {
  const { turn, matrix, isFullRange } = source
  if (turn === 0 && matrix === 'bt709' && !isFullRange) return frame
  try {
    const planes = turnedPlanes(await planesOf(frame), turn)
    if (matrix !== 'bt709' || isFullRange) recolour(planes, source)
    const { width: codedWidth, height: codedHeight, y, u, v } = planes
    const data = new Uint8Array(y.length + u.length + v.length)
    data.set(y)
    data.set(u, y.length)
    data.set(v, y.length + u.length)
    const { timestamp } = frame
    return new VideoFrame(data, { format: 'I420', codedWidth, codedHeight, timestamp, colorSpace })
  } finally {
    frame.close()
  }
}

/** Copies a picture's planes. Rejects with `Unsupported` for pictures in another form than 4:2:0. */
async function planesOf(frame: VideoFrame): Promise<Planes> {
  const { format } = frame
  if (format !== 'I420' && format !== 'NV12')
    throw new Unsupported(`This browser decodes the video into pictures of the form ${format}.`)
  const { width, height } = frame.visibleRect ?? {
    width: frame.codedWidth,
    height: frame.codedHeight,
  }
  const [halfWidth, halfHeight] = [chromaSide(width), chromaSide(height)]
  const [luma, chroma] = [width * height, halfWidth * halfHeight]
  const data = new Uint8Array(luma + 2 * chroma)
  const layout =
    format === 'I420'
      ? [
          { offset: 0, stride: width },
          { offset: luma, stride: halfWidth },
          { offset: luma + chroma, stride: halfWidth },
        ]
      : [
          { offset: 0, stride: width },
          { offset: luma, stride: 2 * halfWidth },
        ]
  await frame.copyTo(data, { layout })
  const y = data.subarray(0, luma)
  const rest = data.subarray(luma)
  if (format === 'I420')
    return { width, height, y, u: rest.subarray(0, chroma), v: rest.subarray(chroma) }
  const u = new Uint8Array(chroma)
  const v = new Uint8Array(chroma)
  for (let place = 0; place < chroma; place += 1) {
    u[place] = rest[2 * place] ?? 0
    v[place] = rest[2 * place + 1] ?? 0
  }
  return { width, height, y, u, v }
}
