import { availableParallelism } from 'node:os'
import type { CommanderError } from 'commander'
import { Command } from 'commander'
import { z } from 'zod'
import { Sha256Hex } from '#protocol/ids.ts'
import { parsedBy } from './options.ts'
import { verifyExit } from './verify-exit.ts'

export type VerifyFlags = {
  readonly source: string
  readonly seed?: Sha256Hex
  readonly leaves: number
  readonly data?: string
  readonly gateway?: string
  readonly workers: number
  readonly json?: true
}

const Leaves = z.union(
  [z.literal('all').transform(() => Number.POSITIVE_INFINITY), z.coerce.number().int().min(1)],
  "It must be a number from 1, or 'all'.",
)

/** What a challenge of an encoder draws that nobody knows yet. */
const usualLeaves = 5

const details = `
What is checked: every file against the manifest by its content id, every segment's frames, size and place in time, and
then some segments, drawn by the seed, against an encode of the source made here: byte by byte where the tree is of this
machine's determinism class, by measuring picture and sound where it is not.

A root CID is looked up in a node's data directory (--data, while that node is stopped) or fetched from a gateway.

Exit code: 0 it is what it says, 1 it is not, 2 it could not be checked.`

/** `spk-encoder verify`: a tree against the video that it was made from. */
export function createVerifyCommand(): Command {
  return new Command('verify')
    .exitOverride(endUnchecked)
    .description('Check an HLS tree against the video that it was made from.')
    .argument('<tree>', 'folder of the tree (with manifest.json), or its root CID')
    .requiredOption('--source <file>', 'the video that the tree was made from (required)')
    .option(
      '--seed <hex>',
      'what draws the segments, as a job.attest shows it (default: a random one, printed)',
      parsedBy(Sha256Hex),
    )
    .option(
      '--leaves <count>',
      "segments to encode again and compare, or 'all'",
      parsedBy(Leaves),
      usualLeaves,
    )
    .option('--data <dir>', 'data directory of a node that has the tree')
    .option('--gateway <url>', 'gateway that has the tree', parsedBy(z.url()))
    .option(
      '--workers <count>',
      'segments checked side by side',
      parsedBy(z.coerce.number().int().min(1).max(256)),
      availableParallelism(),
    )
    .option('--json', 'print one JSON object a line; the last is the result or the error')
    .addHelpText('after', details)
    .action(async (tree: string, flags: VerifyFlags) =>
      (await import('./run-verify.ts')).runVerify(tree, flags),
    )
}

/** What was asked for wrongly was not checked, which is another code than that of a tree that is not what it says. */
function endUnchecked({ exitCode, message }: CommanderError): void {
  if (exitCode !== 0 && process.argv.includes('--json')) {
    const error = { code: 'option-invalid', message: message.replace(/^error: /, '') }
    process.stdout.write(`${JSON.stringify({ error })}\n`)
  }
  process.exit(exitCode === 0 ? 0 : verifyExit.error)
}
