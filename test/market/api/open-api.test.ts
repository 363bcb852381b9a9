import { expect, test } from 'vitest'
import { describeApi } from '#market/api/open-api.ts'
import { rights } from '#market/api/rights.ts'

const description = JSON.stringify(describeApi([...rights.keys()], '1.0.0'))

type Described = Readonly<Record<string, Readonly<Record<string, Operation>>>>
type Operation = {
  readonly responses: Readonly<Record<string, unknown>>
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly security: readonly object[]
}
const { paths } = JSON.parse(description) as { readonly paths: Described }

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

test('amounts of a query are amounts, as they are in a body', () => {
  const { parameters } = paths['/api/encoding/market/encoders']?.['get'] ?? { parameters: [] }
  expect(parameters.find(({ name }) => name === 'mostPerMinute')).toMatchObject({
    schema: { type: 'string', pattern: expect.stringContaining('HBD') },
  })
})

test('a list without repetitions says so', () => {
  expect(description).toContain('"uniqueItems":true')
})

test('what is no JSON is described as what it is', () => {
  const stream = paths['/api/encoding/events']?.['get']?.responses['200']
  expect(stream).toMatchObject({
    content: { 'text/event-stream': { schema: { contentSchema: { type: 'object' } } } },
  })
  expect(Object.keys(paths['/api/encoding/events/socket']?.['get']?.responses ?? {})).toEqual([
    ...['101', 'default'],
  ])
  expect(paths['/api/encoding/uploads/{id}']?.['patch']).toMatchObject({
    requestBody: { content: { 'application/offset+octet-stream': {} } },
    responses: { 204: { headers: { 'upload-offset': { required: true } } } },
  })
  expect(paths['/metrics']?.['get']?.responses['200']).toMatchObject({
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
})

test('headers that a route looks at are parameters, and its signature is its key', () => {
  const call = paths['/api/encoding/webhook']?.['post']
  expect(call?.parameters.filter((each) => each.in === 'header').map(({ name }) => name)).toEqual([
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  ])
  expect(call?.security).toEqual([{ jobSecret: [] }])
})
