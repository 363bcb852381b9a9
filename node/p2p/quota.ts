/** How much of something may be in use at a time: by one user, and by all together. */
export type QuotaOptions = { readonly each: number; readonly all: number }

/** Takes one of it until disposed; null for a user who has all that is its due, or where nothing is left. */
export function createQuota({ each, all }: QuotaOptions): (user: string) => Disposable | null {
  const used = new Map<string, number>()
  let total = 0
  const count = (user: string, change: 1 | -1): void => {
    const left = (used.get(user) ?? 0) + change
    total += change
    if (left > 0) used.set(user, left)
    else used.delete(user)
  }
  return (user) => {
    if (total >= all || (used.get(user) ?? 0) >= each) return null
    count(user, 1)
    return { [Symbol.dispose]: () => count(user, -1) }
  }
}
