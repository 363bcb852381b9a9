/** Text of a stranger as Postgres can keep it: it knows neither NUL nor half a surrogate pair. */
export function storedText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}
