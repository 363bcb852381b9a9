/** Numbers that all indexers of a database agree on; whoever holds one does alone what it names. Each is given out once, here. */
export const advisoryLocks = {
  migration: 0x73_70_6b_01,
  projection: 0x73_70_6b_02,
  auditLog: 0x73_70_6b_03,
  orchestration: 0x73_70_6b_04,
} as const
