import { MarketError } from '#market/errors.ts'
import type { ServiceSpec } from './service-spec.ts'
import { serviceMark } from './service-spec.ts'

/**
 * A systemd unit of a user: his own keystore and data directory are then at hand, and nobody else's. Throws `option-invalid` for a program
 * whose path systemd does not take.
 */
export function systemdUnit({ account, command: [program, ...args] }: ServiceSpec): string {
  requireTaken(program)
  return `# ${serviceMark}
[Unit]
Description=spk-encoder, node of @${account}
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${[quoted(program), ...args.map(argument)].join(' ')}
Restart=on-failure
RestartSec=10
KillMode=mixed
TimeoutStopSec=30
Nice=10
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`
}

/** systemd takes no program with one of these in its path, however it is quoted. */
function requireTaken(program: string): void {
  if (/["'\\]/.test(program))
    throw new MarketError(
      'option-invalid',
      `systemd starts no program with quotation marks or backslashes in its path: ${program}`,
    )
}

/** systemd.syntax(7): percent signs mean something within quotes too. */
function quoted(word: string): string {
  const plain = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
  return `"${plain}"`
}

/** Dollars mean something in arguments, and nothing in the path of the program. */
function argument(word: string): string {
  return quoted(word).replaceAll('$', '$$$$')
}
