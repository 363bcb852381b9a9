#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { Command } from 'commander'
import { createDevchainCommand } from './commands/devchain.ts'
import { createMarketCommand } from './commands/market.ts'
import { createNodeCommand } from './commands/node.ts'

// What commands import when they run is compiled once per machine: a node is up in half the time.
enableCompileCache()

await new Command('spk-encoder')
  .description(
    'A market for video encoding: Hive escrow pays, libp2p carries, IPFS keeps, and every part can be proved.',
  )
  .addCommand(createMarketCommand())
  .addCommand(createNodeCommand())
  .addCommand(createDevchainCommand())
  .parseAsync()
