import { accountSet, ensureAccountName } from '../hive/account-name.ts'
import { account, asset, text } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { ensureUtf8 } from '../hive/json-text.ts'
import { limits } from '../hive/limits.ts'
import { defineOperation } from './operation.ts'
import { ensureLiquid, ensurePositive } from './validation.ts'

export const transfer = defineOperation({
  name: 'transfer',
  id: 2,
  fields: { from: account, to: account, amount: asset, memo: text },
  required: ({ from }) => ({ active: [from] }),
  impacted: ({ from, to }) => accountSet([from, to]),
  validate: ({ from, to, amount, memo }) => {
    ensureAccountName(from)
    ensureAccountName(to)
    ensureLiquid(amount, 'Transfer of vesting is not allowed.')
    ensurePositive(amount, 'Cannot transfer a negative amount (aka: stealing)')
    const size = Buffer.byteLength(memo)
    ensure(size < limits.memo, 'String is too large. Size: {size}, Max: {max}', {
      size,
      max: limits.memo - 1,
      context: 'Transfer memo is too large',
    })
    ensureUtf8(memo)
  },
  apply: ({ from, to, amount }, { ledger }) => {
    ledger.debit(from, amount)
    ledger.credit(to, amount)
  },
})
