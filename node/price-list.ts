import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { PriceList } from '#protocol/price-list.ts'

/**
 * Reads an operator's price list.
 *
 * @throws MarketError `option-invalid` for a file that cannot be read or is none, with the place of each mistake.
 */
export async function readPriceList(path: string): Promise<PriceList> {
  try {
    return PriceList.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw asUnusable(path, error)
  }
}

function asUnusable(path: string, cause: unknown): MarketError {
  const complaint =
    cause instanceof z.ZodError
      ? cause.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')
      : String(cause)
  const message = `The price list ${path} cannot be used: ${complaint}.`
  return new MarketError('option-invalid', message, {}, { cause })
}
