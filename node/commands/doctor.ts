import { Command } from 'commander'
import { z } from 'zod'
import { parsedBy } from './options.ts'

export type DoctorFlags = {
  readonly data?: string
  readonly rpc?: string
  readonly json?: true
}

/** `spk-encoder doctor`: what this machine lacks, and the command that mends it. */
export function createDoctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Look at FFmpeg, processor, GPU, disk, ports and clock, and tell how to mend what is wrong.',
    )
    .option('--data <dir>', 'directory whose disk is looked at')
    .option('--rpc <url>', "server whose clock is compared with this machine's", parsedBy(z.url()))
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code 1 if anything is broken that encoding cannot do without.')
    .action(async (flags: DoctorFlags) => (await import('./run-doctor.ts')).runDoctor(flags))
}
