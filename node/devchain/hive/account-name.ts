import { ensure } from './hive-error.ts'
import { limits } from './limits.ts'

const shortestName = 3
const label = /^[a-z][a-z0-9-]+[a-z0-9]$/

/** Dot-separated labels of three characters or more (RFC 1035, lower case), sixteen characters at most. */
export function isAccountName(name: string): boolean {
  return name.length <= limits.accountName && name.split('.').every((part) => label.test(part))
}

/** hived's `validate_account_name`, which says what is wrong. */
export function ensureAccountName(name: string): void {
  ensure(
    name.length >= shortestName,
    "Account name '{subject}' is too short. Use at least {min} characters.",
    { subject: name, min: shortestName },
  )
  ensure(
    name.length <= limits.accountName,
    "Account name '{subject}' is too long. Use maximum of {max} characters.",
    { subject: name, max: limits.accountName },
  )
  ensure(
    isAccountName(name),
    "Account name '{subject}' is not valid. Please follow the RFC 1035 rules.",
    { subject: name },
  )
}

/** hived's `flat_set` of names: sorted, each once. The order decides the digest, so it is part of the meaning. */
export function accountSet(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort(compareText)
}

/** Byte order. Unlike `localeCompare` it is the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
