import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { partCount } from '#protocol/grid.ts'

export type GatedEngine = {
  readonly engine: EncodingEngine
  let(part: number): void
}

/** An engine that encodes a part only when it is told to. */
export function gatedEngine(own: EncodingEngine, { terms }: EncodeRequest): GatedEngine {
  const gates = Array.from({ length: partCount(terms.grid) }, () => Promise.withResolvers<void>())
  return {
    engine: {
      ...own,
      encodeCell: async (asked, cell, options) => {
        await gates[cell.part]?.promise
        return await own.encodeCell(asked, cell, options)
      },
    },
    let: (part) => gates[part]?.resolve(),
  }
}
