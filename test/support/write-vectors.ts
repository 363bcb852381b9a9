import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { z } from 'zod'
import type { Network } from '#contracts/block-context.ts'
import { foldBlocks } from '#contracts/fold.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { LedgerBlock } from '#protocol/ledger-block.ts'
import { alice, anOffer, aRegistration, jobId, sha256, time } from './builders.ts'
import { randomMarket } from './random-market.ts'
import { createTestChain, genesis, says, testNetwork } from './test-chain.ts'

/** Writes the files of `test/vectors` anew: to be run when the rules or the shape of the state change, never to mend a test. */

const histories = fc
  .sample(randomMarket(), { numRuns: 16, seed: 3 })
  .map((blocks) => historyOf(blocks, testNetwork))
write('ledger.json', testNetwork, histories)

// Terms that come into force one after the other, each said a block too early and then in time.
const later: Network = {
  ...testNetwork,
  activations: {
    'job.offer grid.range': 3,
    'job.offer sealedUntil': 4,
    'node.register region': 5,
  },
}
const early = createTestChain(genesis(), later)
for (let round = 0; round < 4; round += 1) {
  const usual = anOffer({ job: jobId('alice', 3 * round + 1) })
  const range = { first: 1, parts: 1 }
  const { audioStream: _, ...silent } = usual.source
  const ofRange = { source: silent, grid: { ...usual.grid, range }, whole: jobId('alice', 100) }
  early.block(
    [says(alice, usual)],
    [says(alice, anOffer({ job: jobId('alice', 3 * round + 2), ...ofRange }))],
    [says(alice, anOffer({ job: jobId('alice', 3 * round + 3), sealedUntil: time(1_000_050) }))],
    [says(alice, aRegistration({ region: 'DE' }))],
  )
  if (round === 0) early.skip(1)
}
write('activations.json', later, [historyOf(early.blocks(), later)])

function historyOf(blocks: readonly LedgerBlock[], network: Network) {
  const { ledger, records } = foldBlocks(genesis(), blocks, network)
  return {
    blocks: blocks.map((block) => z.encode(LedgerBlock, block)),
    refusals: records.flatMap(({ height, position, refusal }) =>
      refusal ? [{ height, position, refusal }] : [],
    ),
    checkpoint: ledger.checkpoint,
    stateHash: hashLedger(ledger, sha256),
  }
}

function write(name: string, network: Network, all: readonly unknown[]): void {
  const { checkpoint } = genesis()
  const head = {
    operationId: network.operationId,
    activations: network.activations,
    genesisHash: checkpoint.hash,
    genesisHeight: checkpoint.height,
  }
  // One history a line, so that a change shows which histories it touched.
  const lines = all.map((history) => JSON.stringify(history)).join(',\n')
  const text = `${JSON.stringify(head).slice(0, -1)},"histories":[\n${lines}\n]}\n`
  writeFileSync(new URL(`../vectors/${name}`, import.meta.url), text)
}
