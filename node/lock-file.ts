import Database from 'better-sqlite3'

/**
 * A lock that one process has until it lets go or ends, however it ends: SQLite's own on a small file, which the system
 * releases when the process dies. Throws SQLite's error, `SQLITE_BUSY` where another process has it.
 */
export function lockFile(file: string): Disposable {
  const lock = new Database(file, { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => lock.close() }
  } catch (error) {
    lock.close()
    throw error
  }
}
