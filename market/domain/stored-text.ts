/** Text of a stranger as a database can keep it: without NUL and without halves of surrogate pairs. */
export function storedText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}

/** A value as JSON has it, every text and name in it as {@link storedText}. */
export function storedJson(value: unknown): unknown {
  return withStoredTexts(JSON.parse(JSON.stringify(value)))
}

function withStoredTexts(value: unknown): unknown {
  if (typeof value === 'string') return storedText(value)
  if (Array.isArray(value)) return value.map(withStoredTexts)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
  return Object.fromEntries(
    members.map(([name, each]) => [storedText(name), withStoredTexts(each)]),
  )
}
