/** One thing that was looked at. `fail` means that encoding cannot work here; `warn` that it could work better. */
export type Finding = {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly text: string
  /** The command, or the step, that mends it. */
  readonly fix: string | null
}

export function ok(name: string, text: string): Finding {
  return { name, status: 'ok', text, fix: null }
}

export function warn(name: string, text: string, fix: string | null): Finding {
  return { name, status: 'warn', text, fix }
}

export function fail(name: string, text: string, fix: string): Finding {
  return { name, status: 'fail', text, fix }
}
