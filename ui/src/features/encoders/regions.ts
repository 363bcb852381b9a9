const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** Codes that have a name and are no country. */
const others: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'])

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Codes of states that were have another's name, or none. */
function isCurrent(code: string): boolean {
  const [canonical] = Intl.getCanonicalLocales(`und-${code}`)
  return canonical === `und-${code}` && !others.has(code)
}

/** The name of a country by its two letters; the letters where there is none. */
export function regionName(code: string): string {
  return names.of(code) ?? code
}

/** Every country that the browser knows a name for, by its two letters, in the order of the names. */
export function allRegions(): readonly (readonly [code: string, name: string])[] {
  return letters
    .flatMap((first) => letters.map((second) => `${first}${second}`))
    .flatMap((code) => {
      const name = isCurrent(code) ? names.of(code) : undefined
      return name === undefined ? [] : [[code, name] as const]
    })
    .sort(([, left], [, right]) => left.localeCompare(right, 'en'))
}
