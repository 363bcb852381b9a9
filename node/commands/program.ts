import { Command } from 'commander'
import { createAgentCommand } from './agent.ts'
import { createAuditCommand } from './audit.ts'
import { createBenchmarkCommand } from './benchmark.ts'
import { createDevchainCommand } from './devchain.ts'
import { createDoctorCommand } from './doctor.ts'
import { createEncodeCommand } from './encode.ts'
import { createIndexerCommand } from './indexer.ts'
import { createJobCommand } from './job.ts'
import { createKeysCommand } from './keys.ts'
import { createMarketCommand } from './market.ts'
import { createNodeCommand } from './node.ts'
import { createOffersCommand } from './offers.ts'
import { createPeersCommand } from './peers.ts'
import { createPinsCommand } from './pins.ts'
import { createReplayCommand } from './replay.ts'
import { createReputationCommand } from './reputation.ts'
import { createServiceCommand } from './service.ts'
import { createVerifyCommand } from './verify.ts'

const examples = `
To see all of it at once, on this machine and with play money:
  $ spk-encoder market
  $ spk-encoder market --input holiday.mp4

What a command takes: spk-encoder <command> --help`

/** The whole command line. What a command needs to run is loaded when it runs, so that help and mistakes are answered at once. */
export function createProgram(version: string): Command {
  const program = new Command('spk-encoder')
    .description(
      'A market for video encoding: Hive escrow pays, libp2p carries, IPFS keeps, and every part can be proved.',
    )
    .version(version, '--version', 'print the version')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', examples)
  const commands = [
    createMarketCommand(),
    createNodeCommand(),
    createIndexerCommand(),
    createJobCommand(),
    createOffersCommand(),
    createPinsCommand(),
    createPeersCommand(),
    createAgentCommand(),
    createServiceCommand(),
    createKeysCommand(),
    createEncodeCommand(),
    createVerifyCommand(),
    createReputationCommand(),
    createReplayCommand(),
    createAuditCommand(),
    createDoctorCommand(),
    createBenchmarkCommand(),
    createDevchainCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  for (const command of withSubcommands(program))
    command
      .helpOption('--help', 'print this help')
      .configureOutput({ outputError: (text, write) => write(asMistake(text, nameOf(command))) })
  return program
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** The parser's complaint as every other error is told: its code and one sentence, with the way to more. */
function asMistake(text: string, name: string): string {
  const [, complaint = '', guess] = /^error: (.*?)\.?(?:\n\((.*)\))?$/s.exec(text.trim()) ?? []
  const plain = complaint
    .replace(/ is invalid\. /, ' is invalid: ')
    .replace(/\. ([A-Z])/g, (_, letter) => `, ${letter.toLowerCase()}`)
  const sentence = plain.charAt(0).toUpperCase() + plain.slice(1)
  const aside = guess?.toLowerCase() ?? fileHint(complaint) ?? `see ${name} --help`
  return `option-invalid: ${sentence} (${aside}).\n`
}

/** No option has a dot or a slash in its name: it is a file's. */
function fileHint(complaint: string): string | null {
  const [, file] = /^unknown option '(-[^=']*[./][^']*)'$/.exec(complaint) ?? []
  return file === undefined ? null : `a file of that name is written ./${file}, or after --`
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
}
