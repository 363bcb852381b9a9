/** The names added last, a limited number of them. */
export type RecentSet = {
  add(name: string): void
  delete(name: string): void
  has(name: string): boolean
}

export function createRecentSet(limit: number): RecentSet {
  const names = new Set<string>()
  return {
    add: (name) => {
      names.delete(name)
      names.add(name)
      const [oldest] = names
      if (names.size > limit && oldest !== undefined) names.delete(oldest)
    },
    delete: (name) => void names.delete(name),
    has: (name) => names.has(name),
  }
}
