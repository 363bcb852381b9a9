import { parseHbd } from '#protocol/amount.ts'
import { EscrowId, HiveAccount, parseChainTime } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { HiveOperation } from '#protocol/transaction.ts'

/** What a wallet's operation means to the contracts; throws for one that the market never signs. */
export function actionOf([name, fields]: HiveOperation): LedgerAction {
  const text = (key: string): string => String(fields[key])
  const account = (key: string): HiveAccount => HiveAccount.parse(fields[key])
  const sides = () => ({
    from: account('from'),
    to: account('to'),
    agent: account('agent'),
    escrow: EscrowId.parse(fields['escrow_id']),
  })
  switch (name) {
    case 'custom_json': {
      const signersOf = (key: string, role: 'active' | 'posting') =>
        HiveAccount.array()
          .parse(fields[key])
          .map((signer) => ({ account: signer, role }))
      const active = signersOf('required_auths', 'active')
      const posting = signersOf('required_posting_auths', 'posting')
      return { type: 'custom-json', signers: [...active, ...posting], json: text('json') }
    }
    case 'escrow_transfer':
      return {
        type: 'escrow-transfer',
        ...sides(),
        hbd: parseHbd(text('hbd_amount')),
        hive: '0',
        fee: parseHbd(text('fee')),
        meta: text('json_meta'),
        ratificationDeadline: parseChainTime(text('ratification_deadline')),
        expiration: parseChainTime(text('escrow_expiration')),
      }
    case 'escrow_approve':
      return {
        type: 'escrow-approve',
        ...sides(),
        who: account('who'),
        approve: fields['approve'] === true,
      }
    case 'escrow_dispute':
      return { type: 'escrow-dispute', ...sides(), who: account('who') }
    case 'escrow_release':
      return {
        type: 'escrow-release',
        ...sides(),
        who: account('who'),
        receiver: account('receiver'),
        hbd: parseHbd(text('hbd_amount')),
      }
    default:
      throw new Error(`the market never signs ${name}`)
  }
}
