import { and, desc, eq, exists, gt, inArray, lt, or, sql } from 'drizzle-orm'
import type {
  EncoderDirectory,
  EncoderNode,
  EncoderQuery,
  EncoderRegistration,
  NodeCapability,
} from '../../ports/encoder-directory.ts'
import type { PostgresDatabase } from './database.ts'
import { encoderCapabilities, encoderNodes } from './schema/jobs.ts'

export type DirectoryOptions = {
  /** How long an encoder may be silent before it is left out. */
  readonly silenceMs: number
}

const defaults: DirectoryOptions = { silenceMs: 90_000 }

/** The directory in `encoder_nodes` and `encoder_capabilities`; time is the database's. */
export function createEncoderDirectory(
  database: PostgresDatabase,
  { silenceMs }: DirectoryOptions = defaults,
): EncoderDirectory {
  const find = async (id: string): Promise<EncoderNode | null> => {
    const rows = await database.select().from(encoderNodes).where(eq(encoderNodes.id, id))
    return (await withCapabilities(database, rows))[0] ?? null
  }
  return {
    find,
    register: async ({ capabilities, ...node }) => {
      const isOwn = await database.transaction(async (transaction) => {
        const [row] = await transaction
          .insert(encoderNodes)
          .values(node)
          .onConflictDoUpdate({
            target: encoderNodes.id,
            set: { ...node, lastSeenAt: sql`now()` },
            setWhere: eq(encoderNodes.owner, node.owner),
          })
          .returning({ id: encoderNodes.id })
        if (!row) return false
        await transaction
          .delete(encoderCapabilities)
          .where(eq(encoderCapabilities.encoderNodeId, node.id))
        const rows = capabilities.map((capability) => toRow(node, capability))
        if (rows.length > 0) await transaction.insert(encoderCapabilities).values(rows)
        return true
      })
      return (isOwn ? await find(node.id) : null) ?? 'not-owner'
    },
    heartbeat: async (id, owner, jobsInProgress) => {
      const rows = await database
        .update(encoderNodes)
        .set({ lastSeenAt: sql`now()`, jobsInProgress })
        .where(and(eq(encoderNodes.id, id), eq(encoderNodes.owner, owner)))
        .returning()
      const [encoder] = await withCapabilities(database, rows)
      if (encoder) return encoder
      return (await find(id)) ? 'not-owner' : 'not-found'
    },
    findLatest: async (owner, kind) => {
      const rows = await database
        .select()
        .from(encoderNodes)
        .where(and(eq(encoderNodes.owner, owner), eq(encoderNodes.kind, kind)))
        .orderBy(desc(encoderNodes.lastSeenAt), desc(encoderNodes.id))
        .limit(1)
      return (await withCapabilities(database, rows))[0] ?? null
    },
    listAlive: async (query) => {
      const rows = await selectAlive(database, query, silenceMs)
      const encoders = await withCapabilities(database, rows.slice(0, query.limit))
      const last = rows.length > query.limit ? encoders.at(-1) : undefined
      return { encoders, next: last ? { lastSeenAt: last.lastSeenAt, id: last.id } : null }
    },
  }
}

function selectAlive(
  database: PostgresDatabase,
  { owner, kind, codec, hwAccel, after, limit }: EncoderQuery,
  silenceMs: number,
) {
  const { lastSeenAt, id } = encoderNodes
  const isAlive = gt(
    lastSeenAt,
    sql`now() - make_interval(secs => ${silenceMs}::double precision / 1000)`,
  )
  const makesCodec =
    codec &&
    exists(
      database
        .select({ one: sql`1` })
        .from(encoderCapabilities)
        .where(
          and(eq(encoderCapabilities.encoderNodeId, id), eq(encoderCapabilities.codec, codec)),
        ),
    )
  const isAfter =
    after &&
    or(lt(lastSeenAt, after.lastSeenAt), and(eq(lastSeenAt, after.lastSeenAt), lt(id, after.id)))
  return database
    .select()
    .from(encoderNodes)
    .where(
      and(
        isAlive,
        owner && eq(encoderNodes.owner, owner),
        kind && eq(encoderNodes.kind, kind),
        hwAccel && eq(encoderNodes.hwAccel, hwAccel),
        makesCodec,
        isAfter,
      ),
    )
    .orderBy(desc(lastSeenAt), desc(id))
    .limit(limit + 1)
}

type NodeRow = typeof encoderNodes.$inferSelect

async function withCapabilities(
  database: PostgresDatabase,
  nodes: readonly NodeRow[],
): Promise<readonly EncoderNode[]> {
  if (nodes.length === 0) return []
  const rows = await database
    .select()
    .from(encoderCapabilities)
    .where(
      inArray(
        encoderCapabilities.encoderNodeId,
        nodes.map(({ id }) => id),
      ),
    )
    .orderBy(encoderCapabilities.codec, encoderCapabilities.id)
  return nodes.map((node) => ({
    ...node,
    capabilities: rows
      .filter(({ encoderNodeId }) => encoderNodeId === node.id)
      .map(({ codec, maxResolution, hwAccelType, estimatedSpeed }) => ({
        ...{ codec, maxResolution, estimatedSpeed },
        hwAccel: hwAccelType ?? 'none',
      })),
  }))
}

function toRow(node: Pick<EncoderRegistration, 'id'>, { hwAccel, ...capability }: NodeCapability) {
  return { ...capability, hwAccelType: hwAccel, encoderNodeId: node.id }
}
