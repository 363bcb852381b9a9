import { describe, expect, test } from 'vitest'
import { abilityLines } from '#node/abilities.ts'
import { CondenserAccount } from '#node/chain/chain-schemas.ts'
import { checkKeys } from '#node/chain/key-check.ts'
import type { KeyRole } from '#node/devchain/keys.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import type { KeyName } from '#node/keystore/keystore-file.ts'
import { networks } from '#node/networks.ts'
import { alice, bob } from '../../support/builders.ts'
import { wireAccount } from '../../support/public-node.ts'

const { rich } = networks.mainnet.limits
const anAccount = (overrides: object = {}) =>
  CondenserAccount.parse(wireAccount('alice', overrides))

/** A key of alice's for one role, given as that of another. */
const given = (role: KeyName['role'], truth: KeyRole = role, owner = 'alice'): KeyName => ({
  account: alice,
  role,
  publicKey: devchainPublicKey(owner, truth),
})
const both = [given('posting'), given('active')]

describe('keys are compared with the chain', () => {
  test('and nothing is said of those that are as they should be', () => {
    expect(checkKeys(anAccount(), both, { needsActive: true, rich })).toEqual([])
  })

  test.each<[string, KeyName, string]>([
    [
      'the active key as the posting key',
      given('posting', 'active'),
      'is the active key of @alice.',
    ],
    ['the posting key as the active key', given('active', 'posting'), 'is the posting key of'],
    ['the owner key', given('active', 'owner'), 'is the owner key of @alice'],
    ['the memo key', given('posting', 'memo'), 'is no key of @alice'],
    ["somebody else's key", given('posting', 'posting', 'bob'), 'is no key of @alice'],
  ])('and %s is refused', (_, key, sentence) => {
    expect(() => checkKeys(anAccount(), [key], { needsActive: true, rich })).toThrow(
      expect.objectContaining({ code: 'key-wrong', message: expect.stringContaining(sentence) }),
    )
  })

  test("and another account's keys are none of its business", () => {
    const foreign = { ...given('active', 'active', 'bob'), account: bob }
    expect(checkKeys(anAccount(), [foreign], { needsActive: false, rich })).toEqual([])
  })

  test('and an active key that no role needs had better go', () => {
    const [warning, ...more] = checkKeys(anAccount(), both, { needsActive: false, rich })
    expect(warning).toContain('No role of this node needs the active key of @alice')
    expect(more).toEqual([])
  })

  test.each([
    ['HBD', { hbd_balance: '100.000 HBD' }, 1],
    ['HIVE', { balance: '500.000 HIVE' }, 1],
    ['less', { hbd_balance: '99.999 HBD', balance: '499.999 HIVE' }, 0],
  ])('and the active key of an account with much %s is warned of', (_, balances, warnings) => {
    const found = checkKeys(anAccount(balances), both, { needsActive: true, rich })
    expect(found).toHaveLength(warnings)
    expect(checkKeys(anAccount(balances), [given('posting')], { needsActive: true, rich })).toEqual(
      [],
    )
    expect(checkKeys(anAccount(balances), both, { needsActive: true, rich: null })).toEqual([])
  })

  test('and one that cannot sign alone is told', () => {
    const shared = {
      weight_threshold: 2,
      account_auths: [],
      key_auths: [
        [devchainPublicKey('alice', 'active'), 1],
        [devchainPublicKey('bob', 'active'), 1],
      ],
    }
    const [warning] = checkKeys(anAccount({ active: shared }), both, { needsActive: true, rich })
    expect(warning).toContain('asks for several signatures')
  })
})

describe('what a node may do', () => {
  test('is told for each role, with the key that does it', () => {
    const lines = abilityLines(alice, ['creator', 'gateway'], both)
    expect(lines).toEqual([
      `creator  offer, withdraw, attest, rate  posting key  yes, by ${given('posting').publicKey}`,
      `         award, pay, dispute            active key   yes, by ${given('active').publicKey}`,
      `gateway  register                       posting key  yes, by ${given('posting').publicKey}`,
    ])
  })

  test('is told where there are no keys at all', () => {
    const [posting] = abilityLines(alice, ['encoder'], [])
    expect(posting).toContain('no: this key is not here')
  })

  test.each([
    ['creator', 'each waits until a signature is brought'],
    ['encoder', 'it bids for nothing'],
    ['arbiter', 'it cannot be an arbiter'],
  ] as const)('without the active key is told of the %s', (role, sentence) => {
    const [posting, active] = abilityLines(alice, [role], [given('posting')])
    expect(posting).toContain('yes')
    expect(active).toContain(`no: ${sentence}`)
  })
})
