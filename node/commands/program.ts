import { Command } from 'commander'
import { createDevchainCommand } from './devchain.ts'
import { createMarketCommand } from './market.ts'
import { createNodeCommand } from './node.ts'

/** The whole command line. What a command needs to run is loaded when it runs, so that help and mistakes are answered at once. */
export function createProgram(version: string): Command {
  return new Command('spk-encoder')
    .description(
      'A market for video encoding: Hive escrow pays, libp2p carries, IPFS keeps, and every part can be proved.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .addCommand(createMarketCommand())
    .addCommand(createNodeCommand())
    .addCommand(createDevchainCommand())
}
