import { z } from 'zod'
import { BlockHeight, BlockId, ChainTime, HiveAccount, JobId, TransactionId } from '../ids.ts'
import { LedgerAction } from '../ledger-block.ts'
import { defineRoute } from '../route.ts'
import { Cursor, noBody, none, pageQuery, wholeNumber } from './paging.ts'
import { Whole } from './standing.ts'
import { Score, StandingRole } from './standing-role.ts'

/** What a standing was, by whose custom it is, and all that anyone needs to work it out again. */

const AccountParams = z.strictObject({ account: HiveAccount })
const height = wholeNumber(0, 0xffff_ffff)

/** Points of one answer at the most: as many as a chart has places for. */
export const mostPoints = 500

export const scorePointsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/reputation/:account/points',
  summary:
    'What a score was after each job that changed it, and once a day in between. Where a range has more points than were asked for, those stand for it that were in force at even distances.',
  params: AccountParams,
  query: z.strictObject({
    role: StandingRole.default('encoder'),
    from: height.default(0),
    to: height.default(0xffff_ffff),
    points: wholeNumber(2, mostPoints).default(200),
  }),
  body: noBody,
  reply: z.strictObject({
    /** Oldest first. */
    points: z
      .array(
        z.strictObject({
          height: BlockHeight,
          time: ChainTime,
          ...Score,
          /** True where a job moved it, false where only time did. */
          isDeed: z.boolean(),
        }),
      )
      .readonly(),
    /** True where the range has more than these. */
    isThinned: z.boolean(),
  }),
})

export const customRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/reputation/:account/custom',
  summary: 'By whose custom an account stands where it does: the most that is credited first.',
  params: AccountParams,
  query: z.strictObject({
    role: StandingRole.default('encoder'),
    limit: wholeNumber(1, 100).default(20),
  }),
  body: noBody,
  reply: z.strictObject({
    /** Nano-HBD, as they have faded by now. */
    custom: z
      .array(
        z.strictObject({
          counterpart: HiveAccount,
          /** What the account did well for it, and what it is credited for that. */
          good: Whole,
          credit: Whole,
          /** What the counterpart had done by everybody else, and what it did for the account in return. */
          elsewhere: Whole,
          returned: Whole,
        }),
      )
      .readonly(),
    /** How many others there are, and what all of them together come to. */
    others: z.strictObject({ counterparts: z.int(), good: Whole, credit: Whole }),
  }),
})

/** Accounts that one question may name. */
export const mostAccounts = 20

const Accounts = z.codec(
  z.string().max(400).meta({ format: 'hive-accounts' }),
  z.array(HiveAccount).min(1).max(mostAccounts),
  { decode: (text) => text.split(','), encode: (names) => names.join(',') },
)

export const historyRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/history',
  summary:
    'Every operation of the chain that made the standings of some accounts in a role what they are: whoever folds them with the contracts has the same scores.',
  params: none,
  query: z.strictObject({
    /** Names with commas between them. */
    accounts: Accounts,
    role: StandingRole.default('encoder'),
    /** The last block that is looked at. */
    until: height.default(0xffff_ffff),
    ...pageQuery,
    /** Jobs in one answer. */
    limit: wholeNumber(1, 25).default(25),
  }),
  body: noBody,
  reply: z.strictObject({
    /** Name of the market on the chain: of its custom_json, and in the meta of its escrows. */
    operationId: z.string(),
    /** Each block with those of its operations that changed one of the jobs; without any where its end did. In order. */
    blocks: z
      .array(
        z.strictObject({
          height: BlockHeight,
          time: ChainTime,
          operations: z
            .array(
              z.strictObject({
                transaction: TransactionId,
                position: z.int(),
                action: LedgerAction,
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
    /** What is known of deliveries from blocks that have none of these operations. */
    deliveries: z
      .array(
        z.strictObject({
          job: JobId,
          /** Ids of the blocks that drew the sample, and of how many leaves it was. */
          beacon: z.array(BlockId).readonly(),
          challengeLeaves: z.int(),
        }),
      )
      .readonly(),
    next: Cursor.nullable(),
  }),
})
