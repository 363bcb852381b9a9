import { accountSet, ensureAccountName } from '../hive/account-name.ts'
import type { Asset } from '../hive/asset.ts'
import { formatAsset } from '../hive/asset.ts'
import { account, asset, u32 } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import type { Escrow } from '../state/escrow.ts'
import { isApproved } from '../state/escrow.ts'
import { defineOperation } from './operation.ts'
import { ensureSymbol } from './validation.ts'

type Release = { readonly who: string; readonly receiver: string }

export const escrowRelease = defineOperation({
  name: 'escrow_release',
  id: 29,
  fields: {
    from: account,
    to: account,
    agent: account,
    who: account,
    receiver: account,
    escrow_id: u32,
    hbd_amount: asset,
    hive_amount: asset,
  },
  required: ({ who }) => ({ active: [who] }),
  impacted: ({ from, to, agent }) => accountSet([from, to, agent]),
  validate: ({ from, to, agent, who, receiver, hbd_amount, hive_amount }) => {
    for (const name of [from, to, agent, who, receiver]) ensureAccountName(name)
    ensure([from, to, agent].includes(who), 'who must be from or to or agent', { subject: who })
    ensure(receiver === from || receiver === to, 'receiver must be from or to', {
      subject: receiver,
    })
    ensure(
      hbd_amount.amount > 0n || hive_amount.amount > 0n,
      'escrow must release a non-zero amount',
    )
    ensureSymbol(hbd_amount, ['HBD'], 'HBD amount must contain HBD asset')
    ensureSymbol(hive_amount, ['HIVE'], 'HIVE amount must contain HIVE asset')
  },
  apply: (operation, { ledger, now }) => {
    const { from, receiver, hbd_amount, hive_amount } = operation
    ledger.account(from)
    const escrow = ledger.escrow(from, operation.escrow_id)
    ensureCovered(hive_amount, escrow.hive)
    ensureCovered(hbd_amount, escrow.hbd)
    ledger.ensureParties(escrow, operation)
    ensure(isApproved(escrow), "Escrow for '{subject}' is not approved.", { subject: from })
    if (escrow.disputed) ensureAgent(escrow, operation)
    else ensureParty(escrow, operation, now)
    ledger.credit(receiver, hive_amount)
    ledger.credit(receiver, hbd_amount)
    ledger.payFromEscrow(escrow, { hbd: hbd_amount, hive: hive_amount })
  },
})

function ensureCovered(amount: Asset, balance: Asset): void {
  ensure(
    amount.amount <= balance.amount,
    'Release amount exceeds escrow balance. Amount: {a}, Balance: {b}',
    { a: formatAsset(amount), b: formatAsset(balance) },
  )
}

function ensureAgent({ agent }: Escrow, { who }: Release): void {
  ensure(who === agent, "Only 'agent' ({a}) can release funds in a disputed escrow.", {
    a: agent,
  })
}

/** Until the expiration each side can only give; from then on whoever comes first can also take. */
function ensureParty({ from, to, expiration }: Escrow, release: Release, now: number): void {
  const { who, receiver } = release
  const names = { f: from, t: to }
  ensure(
    who === from || who === to,
    "Only 'from' ({f}) and 'to' ({t}) can release funds from a non-disputed escrow",
    names,
  )
  if (expiration <= now) return
  if (who === from) {
    ensure(receiver === to, "Only 'from' ({f}) can release funds to 'to' ({t}).", names)
  } else {
    ensure(receiver === from, "Only 'to' ({t}) can release funds to 'from' ({f}).", names)
  }
}
