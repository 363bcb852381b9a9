import { z } from 'zod'
import type { Answer, Route } from '#protocol/route.ts'
import { marketErrors } from '../errors.ts'
import type { Right } from './rights.ts'
import { rightOf } from './rights.ts'

/** A JSON value: the document is made for readers, not for this program. */
type Json = { readonly [key: string]: unknown }

/** The OpenAPI 3.1 description of routes, made from the schemas that they are served by. */
export function describeApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'spk-encoder',
      version,
      description: 'Jobs, encoders, bids and standings of the encoder market.',
    },
    paths,
    components: {
      securitySchemes: {
        session: {
          type: 'http',
          scheme: 'bearer',
          description: 'From POST /api/encoding/sessions.',
        },
        jobSecret: {
          type: 'apiKey',
          in: 'header',
          name: 'webhook-signature',
          description: "Standard Webhooks, by the secret that the job's owner was given.",
        },
      },
      schemas: { Problem: problem },
    },
  }
}

function describeRoute(route: Route): Json {
  const { caller } = rightOf(route)
  const hasBody = !isBodiless.has(route.method) && !(route.body instanceof z.ZodUndefined)
  return {
    operationId: operationId(route),
    summary: route.summary ?? '',
    tags: [tagOf(route)],
    security: securityOf[caller],
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...parameters('header', route.headers),
    ],
    ...(hasBody
      ? {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: contentOf(route),
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(answersOf(route).map((each) => [each.status, describeAnswer(each)])),
      default: {
        description: `A problem; its code is one of ${Object.keys(marketErrors).join(', ')}.`,
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          ...(route.isPlain && { 'text/plain': { schema: { type: 'string' } } }),
        },
      },
    },
  }
}

const isBodiless: ReadonlySet<Route['method']> = new Set(['GET', 'HEAD'])

const securityOf: Readonly<Record<Right['caller'], readonly Json[]>> = {
  anyone: [],
  account: [{ session: [] }],
  signature: [{ jobSecret: [] }],
}

function contentOf({ body, bodyBytes: maxLength, bodyType }: Route): Json {
  if (maxLength === undefined) return { 'application/json': { schema: schemaOf(body) } }
  const schema = { type: 'string', format: 'binary', maxLength }
  return { [bodyType ?? 'application/octet-stream']: { schema } }
}

function answersOf({ answers, reply: schema }: Route): readonly Answer[] {
  return answers ?? [{ status: 200, description: 'Done.', type: 'application/json', schema }]
}

function describeAnswer({ description, type, schema, headers }: Answer): Json {
  const described = Object.entries(headers?.shape ?? {}).map(([name, member]) => [
    name,
    { required: true, schema: textOf(member as z.ZodType) },
  ])
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(type && schema && { content: { [type]: { schema: bodySchema(type, schema) } } }),
  }
}

/** A stream is one text of many: what each of them holds is said of its content. */
function bodySchema(type: string, schema: z.ZodType): Json {
  if (type !== 'text/event-stream') return schemaOf(schema)
  return {
    type: 'string',
    contentMediaType: 'application/json',
    contentSchema: schemaOf(schema),
  }
}

const problem: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    instance: { type: 'string' },
  },
}

/** The wire's side of a schema: texts where memory has bigints and dates. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Json {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    ...{ io, unrepresentable: 'any' },
    override: ({ jsonSchema }) => simplify(jsonSchema),
  })
  return described
}

/** What tools of OpenAPI would take for something else, or not at all. */
function simplify(schema: z.core.JSONSchema.BaseSchema): void {
  // Of the types in memory; here it would mean that nobody may send it.
  delete schema.readOnly
  const { prefixItems } = schema
  if (!prefixItems) return
  delete schema.prefixItems
  schema.items = { anyOf: prefixItems.filter((member) => typeof member !== 'boolean') }
}

function parameters(
  place: 'path' | 'query' | 'header',
  schema: z.ZodType | undefined,
): readonly Json[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || !(member as z.ZodType).safeParse(undefined).success,
    schema: textOf(member as z.ZodType),
  }))
}

/** Of what travels as text: numbers as digits, which is what OpenAPI takes a number for; everything else as on the wire. */
function textOf(schema: z.ZodType): Json {
  const inMemory = schemaOf(schema, 'output')
  const { type } = inMemory
  return type === 'integer' || type === 'number' ? inMemory : schemaOf(schema)
}

/** `POST /api/encoding/agent/claim` is `postAgentClaim`. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace('/api/encoding/', '')
    .split(/[/:.-]+/)
    .filter(Boolean)
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

function tagOf({ path }: Route): string {
  return path.replace('/api/encoding/', '').split('/').find(Boolean) ?? ''
}
