import { z } from 'zod'
import type { Route } from '#protocol/route.ts'
import { marketErrors } from '../errors.ts'
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
      title: 'spk-encoder indexer',
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
      },
      schemas: { Problem: problem },
    },
  }
}

function describeRoute(route: Route): Json {
  const { caller } = rightOf(route)
  const hasBody = route.method !== 'GET' && !(route.body instanceof z.ZodUndefined)
  return {
    operationId: operationId(route),
    summary: route.summary ?? '',
    tags: [tagOf(route)],
    security: caller === 'account' ? [{ session: [] }] : [],
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(hasBody
      ? {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: contentOf(route),
          },
        }
      : {}),
    responses: {
      '200': {
        description: 'Done.',
        content: { 'application/json': { schema: schemaOf(route.reply) } },
      },
      default: {
        description: `A problem; its code is one of ${Object.keys(marketErrors).join(', ')}.`,
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

function contentOf({ body, bodyBytes: maxLength }: Route): Json {
  if (maxLength === undefined) return { 'application/json': { schema: schemaOf(body) } }
  return { 'application/octet-stream': { schema: { type: 'string', format: 'binary', maxLength } } }
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

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined): readonly Json[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || !(member as z.ZodType).safeParse(undefined).success,
    // Numbers travel as digits here, which is what OpenAPI takes a number for.
    schema: schemaOf(member as z.ZodType, 'output'),
  }))
}

/** `POST /api/encoding/agent/claim` is `postAgentClaim`. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace('/api/encoding/', '')
    .split(/[/:-]+/)
    .filter(Boolean)
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

function tagOf({ path }: Route): string {
  return path.replace('/api/encoding/', '').split('/')[0] ?? ''
}
