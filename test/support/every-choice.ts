/** Every choice of members of a record, none and all of them among these. */
export function everyChoice<T extends object>(whole: T): readonly Partial<T>[] {
  const members = Object.entries(whole)
  return Array.from(
    { length: 2 ** members.length },
    (_, choice) =>
      Object.fromEntries(members.filter((__, place) => choice & (1 << place))) as Partial<T>,
  )
}
