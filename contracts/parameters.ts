import type { BlockHeight } from '#protocol/ids.ts'

/** Every number of the contracts that may change one day. Money is in milli-HBD. */
export type Parameters = {
  /** Blocks after which a state hash is chained. */
  readonly checkpointBlocks: number
  /** Checkpoints that published ones are held against: a day and more, so that a node that was away is heard. */
  readonly checkpointsKept: number
  readonly challenge: {
    /** Settled jobs up to which an encoder counts as a newcomer. */
    readonly newcomerJobs: number
    /** Credit up to which it still does, so that jobs ordered from oneself do not end the closer look. */
    readonly newcomerCredit: bigint
    /** 5 leaves in each of 20 jobs find a fraud of 5 % of the leaves with 1 − 0.95^100 = 99.4 %. */
    readonly newcomerLeaves: number
    readonly leaves: number
  }
  readonly reputation: ReputationParameters
}

/** What the terms mean and why the numbers are as they are stands in `reputation.md`. */
export type ReputationParameters = {
  /** Score of an account that nobody has dealt with. */
  readonly start: bigint
  /** All that the custom of one account can ever be credited for, with everybody together. Less than it costs to make an account. */
  readonly voice: bigint
  /** One in so many parts of the money is heard although the account has no other custom; the rest has to be matched by it. */
  readonly loyalPart: bigint
  /** A job counts up to so many times the fee that an arbiter had for it. */
  readonly feeMultiple: bigint
  /** Credit that earns half of what is left to earn. */
  readonly creditHalf: bigint
  /** Credit that halves the band. */
  readonly bandHalf: bigint
  /** Faults that halve the score, besides what they take off the credit. */
  readonly faultHalf: bigint
  /** How a fault in a job weighs against the best that doing such a job can be credited for. */
  readonly weights: Readonly<Record<Mark, bigint>>
  /** Seconds in which a dispute is to be ruled, from when it can be. */
  readonly rulingSeconds: number
  /** An arbiter that was given so many seconds has to say whether it stands by an escrow. */
  readonly answerSeconds: number
}

/** What can be said against how a party of a job behaved. */
export type Mark = EncoderMark | CreatorMark | ArbiterMark

/**
 * `late`: delivered after the promised time, or never; `refunded`: gave money back; `lost`: a dispute ended with money going
 * back; `took-unearned`: paid itself after the escrow's end although it delivered nothing.
 */
export type EncoderMark = 'late' | 'refunded' | 'lost' | 'took-unearned'

/**
 * `wrong-dispute`: disputed work that was found good; `withheld`: left the encoder to a dispute, or to pay itself, for good
 * work; `took-back`: paid itself back after the escrow's end although the work was delivered.
 */
export type CreatorMark = 'wrong-dispute' | 'withheld' | 'took-back'

/**
 * `silent`: let an escrow lapse that it was named in; `slow`: ruled late; `asleep`: has not ruled yet and should have;
 * `unexplained`: ended a dispute without a ruling; `against-evidence`: paid for work that was never delivered, or otherwise
 * than the faults it names come to; `contradicted`: another arbiter of the offer attests what comes to something else.
 */
export type ArbiterMark =
  | 'silent'
  | 'slow'
  | 'asleep'
  | 'unexplained'
  | 'against-evidence'
  | 'contradicted'

const versions: readonly { readonly from: number; readonly parameters: Parameters }[] = [
  {
    from: 0,
    parameters: {
      checkpointBlocks: 1_000,
      checkpointsKept: 32,
      challenge: { newcomerJobs: 20, newcomerCredit: 500n, newcomerLeaves: 5, leaves: 3 },
      reputation: {
        start: 100n,
        voice: 250n,
        loyalPart: 8n,
        feeMultiple: 100n,
        creditHalf: 2_000n,
        bandHalf: 1_000n,
        faultHalf: 3_000n,
        weights: {
          late: 1n,
          refunded: 2n,
          lost: 12n,
          'took-unearned': 12n,
          'wrong-dispute': 12n,
          withheld: 4n,
          'took-back': 12n,
          silent: 1n,
          slow: 4n,
          asleep: 4n,
          unexplained: 4n,
          'against-evidence': 12n,
          contradicted: 4n,
        },
        rulingSeconds: 86_400,
        answerSeconds: 120,
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
