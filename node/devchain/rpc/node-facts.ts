import { devchainChainId, devchainNotice } from '../chain-id.ts'
import { assetSymbols, hive } from '../hive/asset.ts'
import type { Form } from '../hive/field.ts'
import { asset } from '../hive/fields.ts'
import { blockProducer, limits, nullAccount } from '../hive/limits.ts'
import { addressPrefix } from '../hive/public-key.ts'
import { devchainPublicKey } from '../keys.ts'
import type { Printed } from './printed.ts'

const hivedVersion = '1.28.7'
export const hardforkVersion = '1.28.0'

export function printVersion(): Printed {
  return {
    blockchain_version: hivedVersion,
    hive_revision: devchainNotice,
    fc_revision: devchainNotice,
    chain_id: devchainChainId,
    node_type: 'devchain',
    development_only: true,
  }
}

/** Of hived's compile-time configuration, what this chain keeps to. */
export function printConfig(form: Form): Printed {
  return {
    DEVELOPMENT_ONLY: devchainNotice,
    HIVE_ADDRESS_PREFIX: addressPrefix,
    HIVE_BLOCKCHAIN_HARDFORK_VERSION: hardforkVersion,
    HIVE_BLOCKCHAIN_VERSION: hivedVersion,
    HIVE_BLOCK_INTERVAL: limits.blockInterval,
    HIVE_CHAIN_ID: devchainChainId,
    HIVE_CUSTOM_OP_BLOCK_LIMIT: limits.customOperationsPerBlock,
    HIVE_CUSTOM_OP_DATA_MAX_LENGTH: limits.customOperationData,
    HIVE_CUSTOM_OP_ID_MAX_LENGTH: limits.customOperationId,
    HIVE_INIT_MINER_NAME: blockProducer,
    HIVE_INIT_PUBLIC_KEY_STR: devchainPublicKey(blockProducer, 'active'),
    HIVE_MAX_ACCOUNT_CREATION_FEE: Number(limits.maximumAccountCreationFee),
    HIVE_MAX_ACCOUNT_NAME_LENGTH: limits.accountName,
    HIVE_MAX_AUTHORITY_MEMBERSHIP: limits.authorityMembers,
    HIVE_MAX_MEMO_SIZE: limits.memo,
    HIVE_MAX_PENDING_TRANSFERS: limits.openEscrows,
    HIVE_MAX_SIG_CHECK_ACCOUNTS: limits.authorityLookups,
    HIVE_MAX_SIG_CHECK_DEPTH: limits.authorityDepth,
    HIVE_MAX_TIME_UNTIL_EXPIRATION: limits.pendingLifetime,
    HIVE_MAX_TIME_UNTIL_SIGNATURE_EXPIRATION: limits.transactionLifetime,
    HIVE_MIN_ACCOUNT_NAME_LENGTH: 3,
    HIVE_NULL_ACCOUNT: nullAccount,
    HIVE_OWNER_UPDATE_LIMIT: limits.ownerUpdateInterval * 1_000_000,
    ...printSymbols(form),
  }
}

export function printChainProperties(): Printed {
  return {
    account_creation_fee: asset.print(hive(limits.accountCreationFee), 'legacy'),
    maximum_block_size: limits.maximumBlockSize,
    hbd_interest_rate: 0,
    account_subsidy_budget: 0,
    account_subsidy_decay: 0,
  }
}

function printSymbols(form: Form) {
  if (form === 'legacy') return { HBD_SYMBOL: 'HBD', HIVE_SYMBOL: 'HIVE', VESTS_SYMBOL: 'VESTS' }
  const print = ({ nai, precision }: { readonly nai: string; readonly precision: number }) => ({
    nai,
    decimals: precision,
  })
  return {
    HBD_SYMBOL: print(assetSymbols.HBD),
    HIVE_SYMBOL: print(assetSymbols.HIVE),
    VESTS_SYMBOL: print(assetSymbols.VESTS),
  }
}
