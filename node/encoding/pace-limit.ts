import type { Cell, EncodeRequest } from '#market/ports/encoding-engine.ts'
import { createCost } from './cell-plan.ts'

/**
 * How many times longer than measured a cell may take: room for tone mapping, a slow decoder and a busy machine at once.
 * What is slower still was made to be slow.
 */
const patience = 100

/** Starting, seeking and a long lead need some time whatever the cell. */
const leastMs = 900_000

/** Milliseconds after which a cell is given up, by what this machine was measured to encode. */
export function cellLimitMs(
  terms: EncodeRequest['terms'],
  cell: Cell,
  pixelsPerSecond: number,
): number {
  return leastMs + Math.ceil((patience * 1000 * createCost(terms)(cell)) / pixelsPerSecond)
}
