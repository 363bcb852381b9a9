import { expect, test } from 'vitest'
import { Region } from '#protocol/registration.ts'
import { allRegions, regionName } from '#ui/features/encoders/regions.ts'

test('countries are offered by their names, each a code that nodes can say', () => {
  const regions = allRegions()
  expect(regions.length).toBeGreaterThan(200)
  expect(regions.slice(0, 2)).toEqual([
    ['AF', 'Afghanistan'],
    ['AX', 'Åland Islands'],
  ])
  for (const [code] of regions) expect(Region.parse(code)).toBe(code)
  expect(new Set(regions.map(([, name]) => name)).size).toBe(regions.length)
  const codes = regions.map(([code]) => code)
  expect(codes).toEqual(expect.arrayContaining(['DE', 'FR', 'US', 'JP']))
  expect(codes).not.toContain('EU')
})

test('a code that names no country is shown as it is', () => {
  expect([regionName('DE'), regionName('QQ')]).toEqual(['Germany', 'QQ'])
})
