import { eq } from 'drizzle-orm'
import { Cid } from '#protocol/ids.ts'
import type { NodeDatabase } from './database.ts'
import { pins } from './schema.ts'

type Pin = { readonly cid: Cid; readonly owner: string }

/** Who keeps what. */
export type PinStore = {
  pin(cid: Cid, owner: string): void
  unpin(owner: string): void
  /** Every id that somebody keeps. */
  pinned(): readonly Cid[]
  /** Everything that is kept, and for whom. */
  all(): readonly Pin[]
}

export function createPinStore(database: NodeDatabase): PinStore {
  return {
    pin: (cid, owner) => {
      database.insert(pins).values({ cid, owner }).onConflictDoNothing().run()
    },
    unpin: (owner) => {
      database.delete(pins).where(eq(pins.owner, owner)).run()
    },
    pinned: () =>
      database
        .selectDistinct({ cid: pins.cid })
        .from(pins)
        .all()
        .map(({ cid }) => Cid.parse(cid)),
    all: () =>
      database
        .select()
        .from(pins)
        .orderBy(pins.owner, pins.cid)
        .all()
        .map(({ cid, owner }) => ({ cid: Cid.parse(cid), owner })),
  }
}
