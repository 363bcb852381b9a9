import Database from 'better-sqlite3'

/** Ends this process by SIGKILL at a point to come. */
export type Fuse = {
  /** Points that are passed before it dies at the next; null puts the fuse out. */
  set(points: number | null): void
  /** Somewhere the process may die. */
  point(): void
}

export function createFuse(): Fuse {
  let left: number | null = null
  return {
    set: (points) => {
      left = points
    },
    point: () => {
      if (left === null) return
      left -= 1
      if (left < 0) process.kill(process.pid, 'SIGKILL')
    },
  }
}

/** Calls `before` and `after` with every statement that writes to a database, or begins or commits a transaction. */
export function aroundWrites(before: () => void, after: () => void = () => undefined): void {
  const database = new Database(':memory:')
  // Every statement's `run` is one function.
  const statement = Object.getPrototypeOf(database.prepare('select 1')) as {
    run: (...values: unknown[]) => unknown
  }
  const bareRun = statement.run
  statement.run = function run(...values) {
    before()
    const result = bareRun.apply(this, values)
    after()
    return result
  }
  database.close()
}
