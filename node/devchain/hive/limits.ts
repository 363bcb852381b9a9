/** Numbers of hived 1.28 (`config.hpp`) and of mainnet's witnesses. Sizes in bytes, times in seconds. */
export const limits = {
  blockInterval: 3,
  maximumBlockSize: 65_536,
  /** hived accepts transactions that leave this much of a full block for its header. */
  blockHeadroom: 256,
  transactionLifetime: 86_400,
  /** A node forgets a pending transaction after an hour, even one that could live longer. */
  pendingLifetime: 3_600,
  customOperationId: 32,
  customOperationData: 8_192,
  customOperationsPerBlock: 5,
  accountName: 16,
  memo: 2_048,
  authorityMembers: 40,
  authorityDepth: 2,
  authorityLookups: 125,
  openEscrows: 255,
  ownerUpdateInterval: 3_600,
  accountCreationFee: 3_000n,
  maximumAccountCreationFee: 1_000_000_000n,
  /** Brackets of one kind that may be open at once in a transaction's JSON, those inside strings included. */
  openBrackets: 99,
  /** Blocks whose transactions `transaction_status_api` remembers: 64,000 and one hour. */
  statusDepth: 65_200,
} as const

/** Accounts that every chain has: who makes its blocks, and who burns what it is sent. */
export const blockProducer = 'initminer'
export const nullAccount = 'null'
