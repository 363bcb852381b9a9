import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import type { z } from 'zod'

/** Texts, numbers and lists at the edges of what schemas of this project take. */
const values: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1, 0.5, 2, 7, 90_001, 1e20, Number.NaN, 0n, 1n, -1n, 2n ** 64n],
  ...[
    '',
    ' ',
    'a',
    '/',
    '/ip4',
    'alice',
    'Alice',
    'a.b',
    ' spaced ',
    '12',
    '-3',
    '01',
    '0.5',
    'en',
  ],
  ...['0.000 HBD', '1.234 HBD', '-1.000 HBD', '1 HBD', 'alice:0123456789abcdef', 'nul\u0000'],
  ...['a'.repeat(40), '0'.repeat(64), 'x'.repeat(300), 'x'.repeat(5_000), '\ud800', '480p', 'h264'],
  ...['https://example.com/hook', 'http://localhost', 'ftp://example.com', '2026-01-31T12:00:00Z'],
  ...['bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy', 'completed', 'encoder'],
  ...['6f9619ff-8b86-4011-b42d-00cf4fc964ff', 'agent', 'accepted', 'score', 'not a word of ours'],
  ...[[], [1], ['a'], ['480p', '480p'], Array.from({ length: 200 }, () => 'agent'), {}, { a: 1 }],
  ...[new Date(0), new Uint8Array()],
]

test('schemas that pages load take and give what those of the whole zod do', async () => {
  const whole = await schemasOfProtocol()
  vi.resetModules()
  vi.doMock('zod', () => import('../../ui/small-zod.ts'))
  const small = await schemasOfProtocol()
  expect(whole.length).toBeGreaterThan(100)
  expect(small.map(({ name }) => name)).toEqual(whole.map(({ name }) => name))
  const seen = new Set<unknown>()
  for (const [index, { name, schema }] of whole.entries())
    compare(name, schema, small[index]?.schema as z.ZodType, seen)
  expect(seen.size).toBeGreaterThan(500)
}, 20_000)

type Named = { readonly name: string; readonly schema: z.ZodType }

/** Every schema that a module of the protocol exports, by itself or as a part of a route. */
async function schemasOfProtocol(): Promise<readonly Named[]> {
  const folder = fileURLToPath(new URL('../../protocol/', import.meta.url))
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const modules = files.map(async (file) =>
    schemasIn(await import(/* @vite-ignore */ folder + file), file),
  )
  return (await Promise.all(modules)).flat()
}

function schemasIn(value: unknown, name: string, depth = 0): readonly Named[] {
  if (isSchema(value)) return [{ name, schema: value }]
  if (typeof value !== 'object' || value === null || depth > 2) return []
  return Object.entries(value).flatMap(([key, member]) =>
    schemasIn(member, `${name} ${key}`, depth + 1),
  )
}

/** Asks both of every value, and so for all that they are made of. */
function compare(name: string, whole: z.ZodType, small: z.ZodType, seen: Set<unknown>): void {
  if (seen.has(whole)) return
  seen.add(whole)
  expect(small.def.type, name).toBe(whole.def.type)
  const outcomes = values.map((value) => outcome(small, value))
  expect(outcomes, name).toEqual(values.map((value) => outcome(whole, value)))
  const others = partsOf(small)
  for (const [part, schema] of partsOf(whole))
    compare(`${name}.${part}`, schema, others.get(part) as z.ZodType, seen)
}

function outcome(schema: z.ZodType, value: unknown): unknown {
  const { success, data } = schema.safeParse(value)
  return success ? { data, back: backFrom(schema, data) } : 'refused'
}

function backFrom(schema: z.ZodType, data: unknown): unknown {
  try {
    return schema.encode(data)
  } catch {
    return 'no way back'
  }
}

function partsOf(schema: z.ZodType): ReadonlyMap<string, z.ZodType> {
  const parts = new Map<string, z.ZodType>()
  for (const [name, part] of Object.entries(schema.def)) {
    if (name === 'checks') continue
    const members = isSchema(part) || typeof part !== 'object' ? { '': part } : part
    for (const [key, member] of Object.entries(members ?? {}))
      if (isSchema(member)) parts.set(`${name} ${key}`, member)
  }
  return parts
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}
