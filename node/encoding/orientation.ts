import type { SideData } from './probe-answer.ts'

/** How a stored picture is to be turned and mirrored to be looked at. */
export type Orientation = {
  readonly filters: readonly string[]
  /** Whether width and height change places. */
  readonly isTurned: boolean
}

const upright: Orientation = { filters: [], isTurned: false }

/** By the signs of the four linear entries of a display matrix, `a b c d`: where a stored picture's axes point. */
const orientations: Readonly<Record<string, Orientation>> = {
  '1 0 0 1': upright,
  '-1 0 0 1': { filters: ['hflip'], isTurned: false },
  '1 0 0 -1': { filters: ['vflip'], isTurned: false },
  '-1 0 0 -1': { filters: ['hflip', 'vflip'], isTurned: false },
  '0 1 1 0': { filters: ['transpose=cclock_flip'], isTurned: true },
  '0 1 -1 0': { filters: ['transpose=clock'], isTurned: true },
  '0 -1 1 0': { filters: ['transpose=cclock'], isTurned: true },
  '0 -1 -1 0': { filters: ['transpose=clock_flip'], isTurned: true },
}

/** Quarter turns clockwise, as the signs of a matrix. */
const quarterTurns = ['1 0 0 1', '0 1 -1 0', '-1 0 0 -1', '0 -1 1 0'] as const

/**
 * The orientation that a stream's display matrix asks for, or else its `rotate` tag, in degrees clockwise. FFmpeg's own
 * turning is switched off: builds differ in which of the two they follow and in whether they know mirrored pictures.
 */
export function orientationOf(
  sideData: readonly SideData[],
  tags: { readonly rotate: number },
): Orientation {
  const { displaymatrix } = sideData.find(({ displaymatrix: matrix }) => matrix) ?? {}
  const signs = displaymatrix === undefined ? null : signsOf(displaymatrix)
  const { rotation } = sideData.find((entry) => entry.rotation !== undefined) ?? {}
  const clockwise = rotation === undefined ? tags.rotate : -rotation
  return orientations[signs ?? turnOf(clockwise)] ?? upright
}

function turnOf(degrees: number): string {
  const quarters = (((Math.round(degrees / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3
  return quarterTurns[quarters]
}

/** Reads ffprobe's three lines of three numbers, the last column being of no interest here. Null for a broken matrix. */
function signsOf(matrix: string): string | null {
  const rows = matrix.split('\n').filter((line) => line.includes(':'))
  const [[a, b] = [], [c, d] = []] = rows.map((row) =>
    row
      .slice(row.indexOf(':') + 1)
      .trim()
      .split(/\s+/)
      .map(Number),
  )
  if (a === undefined || b === undefined || c === undefined || d === undefined) return null
  const largest = Math.max(...[a, b, c, d].map(Math.abs))
  const signs = [a, b, c, d].map((entry) => (Math.abs(entry) > largest / 2 ? Math.sign(entry) : 0))
  return largest > 0 ? signs.join(' ') : null
}
