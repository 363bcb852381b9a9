import { createPalette } from './palette.ts'

/** Why there is no result, where people look for that and no pipe takes it for one. */
export function tellFailure({
  code,
  message,
}: {
  readonly code: string
  readonly message: string
}): void {
  const paint = createPalette(process.stderr)
  process.stderr.write(`${paint.bad(`${code}:`)} ${message}\n`)
}
