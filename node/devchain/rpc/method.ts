import type { z } from 'zod'
import { castError, parseField } from '../hive/field.ts'
import { HiveError } from '../hive/hive-error.ts'

/** Takes the params of a JSON-RPC call, untrusted, and results in its answer. Throws a HiveError. */
export type Method = (params: unknown) => unknown

/** Methods of one API, by name. */
export type Api = Readonly<Record<string, Method>>

/** A method that takes one object, as all of hived's newer APIs do. Clients send `[]` where there is nothing to say. */
export function named<T>(params: z.ZodType<T>, answer: (params: T) => unknown): Method {
  return (json) => answer(parseField(params, Array.isArray(json) && json.length === 0 ? {} : json))
}

/** A method that takes a list, as those of `condenser_api` do. */
export function positional<S extends z.ZodType<readonly unknown[]>>(
  params: S,
  answer: (...params: z.output<S>) => unknown,
): Method {
  return (json) => {
    const list = isEmptyObject(json) ? [] : json
    const parsed = params.safeParse(list)
    if (parsed.success) return answer(...parsed.data)
    throw countError(parsed.error, list) ?? castError(parsed.error)
  }
}

/** hived says how many params it wanted. */
function countError({ issues: [issue] }: z.ZodError, list: unknown): HiveError | null {
  if (!Array.isArray(list) || issue === undefined || issue.path.length > 0) return null
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null
  const expected = issue.code === 'too_small' ? issue.minimum : issue.maximum
  return new HiveError('assert', 'Expected {s} argument(s), was {n}', {
    s: Number(expected),
    n: list.length,
  })
}

function isEmptyObject(json: unknown): boolean {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.keys(json).length === 0
  )
}
