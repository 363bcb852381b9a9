import { isFastJson } from './fast-json.ts'
import { ensure } from './hive-error.ts'
import { limits } from './limits.ts'
import { isRelaxedJson } from './relaxed-json.ts'

/** hived's `validate_json_with_fallback`. It passes much that `JSON.parse` refuses, so readers must not trust it. */
export function ensureJson(text: string): void {
  if (text.isWellFormed() && isFastJson(text)) return
  ensureUtf8(text)
  ensure(isRelaxedJson(text), 'JSON is not valid JSON', { subject: text })
}

/** Text in JSON can escape half a surrogate pair, which has no UTF-8. */
export function ensureUtf8(text: string): void {
  ensure(text.isWellFormed(), 'String is not valid UTF8.', { subject: text })
}

/**
 * hived's guard of its own parser. It counts brackets without regard for strings, over everything a client sends, which
 * is what limits the nesting of a custom_json: two arrays are open around it, so it may hold 97.
 */
export function ensureShallow(json: string): void {
  let objects = 0
  let arrays = 0
  for (const character of json) {
    if (character === '{') objects += 1
    if (character === '}') objects -= 1
    if (character === '[') arrays += 1
    if (character === ']') arrays -= 1
    ensure(objects <= limits.openBrackets && arrays <= limits.openBrackets, 'object graph too deep')
  }
}
