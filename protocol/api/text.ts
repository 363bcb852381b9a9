import { z } from 'zod'

/** Text of people, of so many characters: anything but NUL and halves of surrogate pairs, which no database keeps. */
export function plainText(least: number, most: number) {
  return z
    .string()
    .min(least)
    .max(most)
    .refine((text) => text.isWellFormed() && !text.includes('\u0000'), 'not a text')
    .meta({ pattern: '^[^\\u0000]*$' })
}
