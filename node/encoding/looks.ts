/** A look is a picture made tiny and gray: enough to tell a dull one from one worth showing. */
export const lookWidth = 32
export const lookHeight = 18

const lookPixels = lookWidth * lookHeight

/** Means outside are nearly black, or nearly white: a fade, a title, a flash. */
const darkest = 40
const lightest = 225

/**
 * Which of the looks has most in it: the largest spread of gray among those neither dark nor pale, or among all where
 * there is no such. The first of equals. In whole numbers, so that every machine chooses alike.
 */
export function richestLook(looks: Uint8Array): number {
  const measured = Array.from({ length: Math.floor(looks.length / lookPixels) }, (_, index) =>
    measure(looks.subarray(index * lookPixels, (index + 1) * lookPixels)),
  )
  const lit = measured.filter(({ isLit }) => isLit)
  const most = Math.max(...(lit.length > 0 ? lit : measured).map(({ spread }) => spread))
  const chosen = measured.findIndex(
    ({ isLit, spread }) => spread === most && (isLit || lit.length === 0),
  )
  return Math.max(0, chosen)
}

function measure(look: Uint8Array): { readonly isLit: boolean; readonly spread: number } {
  let sum = 0
  let squares = 0
  for (const value of look) {
    sum += value
    squares += value * value
  }
  const mean = sum / lookPixels
  return { isLit: mean >= darkest && mean <= lightest, spread: lookPixels * squares - sum * sum }
}
