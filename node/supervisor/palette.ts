import { styleText } from 'node:util'

/** Colours by meaning. On anything but a terminal, or with NO_COLOR, they paint nothing. */
export type Palette = {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly strong: (text: string) => string
  readonly dim: (text: string) => string
}

export function createPalette(stream: NodeJS.WriteStream): Palette {
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      styleText(format, text, { stream })
  return { good: paint('green'), bad: paint('red'), strong: paint('bold'), dim: paint('dim') }
}
