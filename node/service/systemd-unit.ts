import type { ServiceSpec } from './service-spec.ts'
import { serviceMark } from './service-spec.ts'

/** A systemd unit of a user: his own keystore and data directory are then at hand, and nobody else's. */
export function systemdUnit({ account, command }: ServiceSpec): string {
  return `# ${serviceMark}
[Unit]
Description=spk-encoder, node of @${account}
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${command.map(quoted).join(' ')}
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

/** systemd.syntax(7): percent signs and dollars mean something within quotes too. */
function quoted(argument: string): string {
  const plain = argument
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
  return `"${plain}"`
}
