import fc from 'fast-check'
import { formatTime } from '#node/devchain/hive/chain-time.ts'
import { nullPublicKey } from '#node/devchain/hive/public-key.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'

type OperationJson = [name: string, body: Record<string, unknown>]

/** Mostly good names, and some that every rule about names refuses. */
const accountName = fc.oneof(
  {
    arbitrary: fc.constantFrom('alice', 'bob', 'arbiter', 'dave', 'a-b.c0de', 'abc.def.ghi'),
    weight: 20,
  },
  {
    arbitrary: fc.constantFrom(
      '',
      'ab',
      'Alice',
      'al_ce',
      '1alice',
      'alice-',
      'ab.cde',
      'a23456789012345678',
    ),
    weight: 1,
  },
)

function amount(symbol: string, digits: number): fc.Arbitrary<string> {
  return fc
    .bigInt({ min: 0n, max: 10n ** 12n })
    .map((value) => value.toString().padStart(digits + 1, '0'))
    .map((text) => `${text.slice(0, -digits)}.${text.slice(-digits)} ${symbol}`)
}

const zero = (symbol: string) => fc.constant(`0.000 ${symbol}`)
const hbdAmount = fc.oneof(amount('HBD', 3), zero('HBD'))
const hiveAmount = fc.oneof(amount('HIVE', 3), zero('HIVE'))
/** Of the right symbol most of the time. */
const anyAmount = fc.oneof(hbdAmount, hiveAmount, amount('VESTS', 6))
function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: usual, weight: 6 }, { arbitrary: rare, weight: 1 })
}

const u32 = fc.nat(0xffff_ffff)
const time = fc.integer({ min: 1_767_225_600, max: 1_767_225_700 }).map(formatTime)
const memo = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).filter(hasNoControls),
  fc.constantFrom('é'.repeat(1_023), 'é'.repeat(1_024), 'x'.repeat(2_047), 'x'.repeat(2_048)),
)
const json = fc.oneof(
  fc.json({ maxDepth: 2, stringUnit: 'grapheme' }).filter(hasNoControls),
  fc.constantFrom('', '{}', '{} x', 'nope', '{"a":1,}', '{"a":01}', 'x', '{', '[1 2]'),
)

/** hived's own JSON reader garbles other control characters before any rule is asked. */
function hasNoControls(text: string): boolean {
  return !/\\u|\p{Cc}/u.test(text)
}

const key = fc.constantFrom(
  ...['alice', 'bob', 'dave', 'arbiter'].map((name) => devchainPublicKey(name, 'active')),
  nullPublicKey,
)
const weight = fc.nat(0xffff)
const authority = fc.record({
  weight_threshold: u32,
  account_auths: fc.array(fc.tuple(accountName, weight), { maxLength: 3 }),
  key_auths: fc.oneof(
    fc.array(fc.tuple(key, weight), { maxLength: 4 }),
    fc.constant(manyKeys(40)),
    fc.constant(manyKeys(41)),
  ),
})

/** More than an authority may have, all different. */
function manyKeys(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [devchainPublicKey(`k${index}`, 'memo'), 1])
}

const bodies = {
  transfer: fc.record({
    from: accountName,
    to: accountName,
    amount: anyAmount,
    memo,
  }),
  custom_json: fc.record({
    required_auths: fc.array(accountName, { maxLength: 3 }),
    required_posting_auths: fc.array(accountName, { maxLength: 3 }),
    id: fc.oneof(
      fc.string({ maxLength: 8 }).filter(hasNoControls),
      fc.constantFrom('x'.repeat(32), 'x'.repeat(33), 'é'.repeat(17)),
    ),
    json,
  }),
  escrow_transfer: fc.record({
    from: accountName,
    to: accountName,
    hbd_amount: mostly(hbdAmount, anyAmount),
    hive_amount: mostly(hiveAmount, anyAmount),
    escrow_id: u32,
    agent: accountName,
    fee: anyAmount,
    json_meta: json,
    ratification_deadline: time,
    escrow_expiration: time,
  }),
  escrow_approve: fc.record({
    from: accountName,
    to: accountName,
    agent: accountName,
    who: accountName,
    escrow_id: u32,
    approve: fc.boolean(),
  }),
  escrow_dispute: fc.record({
    from: accountName,
    to: accountName,
    agent: accountName,
    who: accountName,
    escrow_id: u32,
  }),
  escrow_release: fc.record({
    from: accountName,
    to: accountName,
    agent: accountName,
    who: accountName,
    receiver: accountName,
    escrow_id: u32,
    hbd_amount: mostly(hbdAmount, anyAmount),
    hive_amount: mostly(hiveAmount, anyAmount),
  }),
  account_create: fc.record({
    fee: mostly(hiveAmount, anyAmount),
    creator: accountName,
    new_account_name: accountName,
    owner: authority,
    active: authority,
    posting: authority,
    memo_key: key,
    json_metadata: json,
  }),
  account_update: fc.record(
    {
      account: accountName,
      owner: authority,
      active: authority,
      posting: authority,
      memo_key: key,
      json_metadata: json,
    },
    { requiredKeys: ['account', 'memo_key', 'json_metadata'] },
  ),
} as const

export const operationNames = Object.keys(bodies)

/** An operation of any supported kind, good or bad. */
const operation: fc.Arbitrary<OperationJson> = fc.oneof(
  ...Object.entries(bodies).map(([name, body]) =>
    fc.tuple(fc.constant(name), body as fc.Arbitrary<Record<string, unknown>>),
  ),
)

export function transactionOf(mostOperations: number) {
  return fc.record({
    ref_block_num: fc.nat(0xffff),
    ref_block_prefix: u32,
    expiration: time,
    operations: fc.array(operation, { minLength: 1, maxLength: mostOperations }),
    extensions: fc.constant<never[]>([]),
  })
}
