import { expect, test } from 'vitest'
import { describeApi } from '#market/api/open-api.ts'
import { rights } from '#market/api/rights.ts'

const description = JSON.stringify(describeApi([...rights.keys()], '1.0.0'))

test('nothing is said that tools of OpenAPI take for something else', () => {
  expect(description).not.toContain('"readOnly"')
  expect(description).not.toContain('"prefixItems"')
})

test('what no pattern can say has a format in its place', () => {
  expect(description).toContain('{"type":"string","format":"libp2p-peer-id"}')
  expect(description).toContain('"format":"http-url"')
})

test('numbers of a query are numbers, of their range', () => {
  expect(description).toContain('{"default":20,"type":"integer","minimum":1,"maximum":100}')
})

test('a list without repetitions says so', () => {
  expect(description).toContain('"uniqueItems":true')
})
