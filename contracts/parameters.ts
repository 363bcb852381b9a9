import type { BlockHeight } from '#protocol/ids.ts'

/** Every number of the contracts that may change one day. */
export type Parameters = {
  /** Blocks after which a state hash is chained. */
  readonly checkpointBlocks: number
  readonly challenge: {
    /** Settled jobs up to which an encoder counts as a newcomer. */
    readonly newcomerJobs: number
    /** 5 leaves in each of 20 jobs find a fraud of 5 % of the leaves with 1 − 0.95^100 = 99.4 %. */
    readonly newcomerLeaves: number
    readonly leaves: number
  }
  readonly reputation: {
    /** Blocks in which a past deed loses half its weight: 90 days of 3 seconds. */
    readonly halfLifeBlocks: bigint
    /** Score of an account nobody has paid. */
    readonly start: bigint
    /** Good work, in roots of milli-HBD, that earns half of what is left to earn. */
    readonly goodHalf: bigint
    /** Faults, in the same unit, that cost half of what is left to lose. */
    readonly faultHalf: bigint
    /** How a fault of a job weighs against doing that job well. */
    readonly lateWeight: bigint
    readonly refundWeight: bigint
    readonly lostDisputeWeight: bigint
    /** Half width of the band of an unknown account, and how many jobs halve it. */
    readonly bandStart: bigint
    readonly bandHalfJobs: bigint
  }
}

const versions: readonly { readonly from: number; readonly parameters: Parameters }[] = [
  {
    from: 0,
    parameters: {
      checkpointBlocks: 1_000,
      challenge: { newcomerJobs: 20, newcomerLeaves: 5, leaves: 3 },
      reputation: {
        halfLifeBlocks: 2_592_000n,
        start: 100n,
        goodHalf: 400n,
        faultHalf: 200n,
        lateWeight: 1n,
        refundWeight: 2n,
        lostDisputeWeight: 8n,
        bandStart: 400n,
        bandHalfJobs: 10n,
      },
    },
  },
]

/** The parameters in force at a height. A change is a new entry with its activation height, never an edit. */
export function parametersAt(height: BlockHeight): Parameters {
  const version = versions.findLast((entry) => entry.from <= height)
  if (!version) throw new RangeError('no parameters before the first version')
  return version.parameters
}
