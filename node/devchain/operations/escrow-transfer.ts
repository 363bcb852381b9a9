import { accountSet, ensureAccountName } from '../hive/account-name.ts'
import { account, asset, text, time, u32 } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { ensureJson } from '../hive/json-text.ts'
import { limits } from '../hive/limits.ts'
import { defineOperation } from './operation.ts'
import { ensureSymbol } from './validation.ts'

export const escrowTransfer = defineOperation({
  name: 'escrow_transfer',
  id: 27,
  fields: {
    from: account,
    to: account,
    hbd_amount: asset,
    hive_amount: asset,
    escrow_id: u32,
    agent: account,
    fee: asset,
    json_meta: text,
    ratification_deadline: time,
    escrow_expiration: time,
  },
  required: ({ from }) => ({ active: [from] }),
  impacted: ({ from, to, agent }) => accountSet([from, to, agent]),
  validate: (operation) => {
    const { from, to, agent, hbd_amount, hive_amount } = operation
    for (const name of [from, to, agent]) ensureAccountName(name)
    ensure(
      hbd_amount.amount > 0n || hive_amount.amount > 0n,
      'escrow must transfer a non-zero amount',
    )
    ensure(from !== agent && to !== agent, 'agent must be a third party', { subject: agent })
    ensureSymbol(operation.fee, ['HIVE', 'HBD'], 'fee must be HIVE or HBD')
    ensureSymbol(hbd_amount, ['HBD'], 'HBD amount must contain HBD asset')
    ensureSymbol(hive_amount, ['HIVE'], 'HIVE amount must contain HIVE asset')
    ensure(
      operation.ratification_deadline < operation.escrow_expiration,
      'ratification deadline must be before escrow expiration',
    )
    if (operation.json_meta !== '') ensureJson(operation.json_meta)
  },
  apply: (operation, { ledger, now }) => {
    const { from, to, agent, hbd_amount, hive_amount, fee } = operation
    const { openEscrows } = ledger.account(from)
    ledger.account(to)
    ledger.account(agent)
    ensure(
      operation.ratification_deadline > now,
      'The escrow ratification deadline must be after head block time.',
    )
    ensure(
      operation.escrow_expiration > now,
      'The escrow expiration must be after head block time.',
    )
    ensure(
      openEscrows < limits.openEscrows,
      'Account already has the maximum number of open escrow transfers.',
    )
    const hbdFee = fee.symbol === 'HBD' ? fee.amount : 0n
    ledger.debit(from, { ...hive_amount, amount: hive_amount.amount + fee.amount - hbdFee })
    ledger.debit(from, { ...hbd_amount, amount: hbd_amount.amount + hbdFee })
    ledger.openEscrow({
      escrowId: operation.escrow_id,
      from,
      to,
      agent,
      hbd: hbd_amount,
      hive: hive_amount,
      fee,
      ratificationDeadline: operation.ratification_deadline,
      expiration: operation.escrow_expiration,
    })
  },
})
