import { accountSet } from '../hive/account-name.ts'
import { accounts, customId, text } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { ensureJson } from '../hive/json-text.ts'
import { limits } from '../hive/limits.ts'
import { defineOperation } from './operation.ts'

export const customJson = defineOperation({
  name: 'custom_json',
  id: 18,
  fields: {
    required_auths: accounts,
    required_posting_auths: accounts,
    id: customId,
    json: text,
  },
  required: (operation) => ({
    active: operation.required_auths,
    posting: operation.required_posting_auths,
  }),
  impacted: (operation) =>
    accountSet([...operation.required_auths, ...operation.required_posting_auths]),
  validate: (operation) => {
    const signers = operation.required_auths.length + operation.required_posting_auths.length
    ensure(signers > 0, 'at least one account must be specified', { subject: signers })
    ensure(
      signers <= limits.authorityMembers,
      'Authority membership exceeded. Max: {max} Current: {n}',
      { max: limits.authorityMembers, n: signers },
    )
    ensureJson(operation.json)
  },
  /** The size is a rule of the evaluator, not of validation: wallets that only validate let a longer one pass. */
  apply: ({ json }) => {
    ensure(
      Buffer.byteLength(json) <= limits.customOperationData,
      'Operation JSON must be less than {bytes} bytes.',
      { bytes: limits.customOperationData },
    )
  },
})
