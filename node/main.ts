#!/usr/bin/env node
import { Command } from 'commander'

const program = new Command('spk-encoder')
  .description(
    'A market for video encoding: Hive escrow pays, libp2p carries, IPFS keeps, and every part can be proved.',
  )
  .showHelpAfterError()

program.addCommand((await import('./commands/devchain.ts')).createDevchainCommand())

await program.parseAsync()
