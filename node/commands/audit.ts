import { Command } from 'commander'
import { z } from 'zod'
import type { AuditTip } from '#market/domain/audit-entry.ts'
import { parsedBy } from './options.ts'

export type AuditFlags = {
  readonly data?: string
  readonly file?: string
  readonly expect?: AuditTip
  readonly export?: string
  readonly json?: true
}

const notTip = 'not <number>:<hash>, as this command prints it'
const Tip = z
  .string()
  .regex(/^[1-9]\d{0,14}:[0-9a-f]{64}$/, notTip)
  .transform((text): AuditTip => {
    const [sequence = '', hash = ''] = text.split(':')
    return { sequence: Number(sequence), hash }
  })

const details = `
Each entry has a hash over itself and the hash before: whoever changes, removes or adds one breaks the chain from there on.
Only an end that was cut off, or a log that was written anew from its first entry, still fits together: note the last
number and hash now and then, in another place, and give them to --expect.

  $ spk-encoder audit verify --data /var/lib/spk-indexer
  $ spk-encoder audit verify --expect 1024:5f0c… --export audit.jsonl
  $ spk-encoder audit verify --file audit.jsonl

An export has one entry a line, as JSON. Its hash is the sha256 of the entry without it, as JSON with sorted keys and no
white space (RFC 8785), in hex.

Environment: DATABASE_URL is the database where neither --data nor --file is given.

Exit code: 0 the log is whole, 1 it is not, 2 it could not be read.`

/** `spk-encoder audit`: the log of who did what. */
export function createAuditCommand(): Command {
  return new Command('audit')
    .description('Check the log of who did what on an indexer.')
    .addCommand(
      new Command('verify')
        .description('Read the audit log and find the first entry that is not as it was written.')
        .option('--data <dir>', 'data directory of an indexer, running or not')
        .option('--file <file>', 'an export, instead of a database')
        .option(
          '--expect <tip>',
          'number and hash of an entry noted before, that the log must still have',
          parsedBy(Tip),
        )
        .option('--export <file>', 'write the entries here, up to the first broken one')
        .option('--json', 'print one JSON object: the verdict or the error')
        .addHelpText('after', details)
        .action(async (flags: AuditFlags) =>
          (await import('./run-audit.ts')).runAuditVerify(flags),
        ),
    )
}
