import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPriceList } from '#node/price-list.ts'
import { pricesOf } from '#node/roles.ts'
import { aDirectory } from '../support/directory.ts'

test('a price list changes what it names and is published so; one with a mistake is refused with its place', async () => {
  await using directory = await aDirectory()
  const path = join(directory.path, 'prices.json')
  const write = async (list: unknown) => await writeFile(path, JSON.stringify(list))

  await write({ perMinute: { '480p': '0.007 HBD' }, loadPercent: 40 })
  const priceList = await readPriceList(path)
  expect(priceList).toMatchObject({ loadPercent: 40, urgencyPercent: 0, codecs: {} })
  const config = { encoder: { pricePercent: 200n, priceList } } as Parameters<typeof pricesOf>[0]
  expect(pricesOf(config)).toEqual([
    { rendition: '1080p', perMinute: 40n },
    { rendition: '720p', perMinute: 20n },
    { rendition: '480p', perMinute: 14n },
  ])

  await write({ perMinute: { '480p': 0.007 } })
  await expect(readPriceList(path)).rejects.toThrow(/perMinute\.480p/)
  await writeFile(path, 'cheap')
  await expect(readPriceList(path)).rejects.toMatchObject({ code: 'option-invalid' })
})
