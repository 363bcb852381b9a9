import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { z } from 'zod'
import { foldBlocks } from '#contracts/fold.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { LedgerBlock } from '#protocol/ledger-block.ts'
import { sha256 } from './builders.ts'
import { randomMarket } from './random-market.ts'
import { genesis, testNetwork } from './test-chain.ts'

/** Writes `test/vectors/ledger.json` anew: to be run when the rules or the shape of the state change, never to mend a test. */

const histories = fc.sample(randomMarket(), { numRuns: 16, seed: 3 }).map((blocks) => {
  const { ledger, records } = foldBlocks(genesis(), blocks, testNetwork)
  return {
    blocks: blocks.map((block) => z.encode(LedgerBlock, block)),
    refusals: records.flatMap(({ height, position, refusal }) =>
      refusal ? [{ height, position, refusal }] : [],
    ),
    checkpoint: ledger.checkpoint,
    stateHash: hashLedger(ledger, sha256),
  }
})

const { checkpoint } = genesis()
const head = {
  operationId: testNetwork.operationId,
  genesisHash: checkpoint.hash,
  genesisHeight: checkpoint.height,
}
// One history a line, so that a change shows which histories it touched.
const lines = histories.map((history) => JSON.stringify(history)).join(',\n')
const text = `${JSON.stringify(head).slice(0, -1)},"histories":[\n${lines}\n]}\n`
writeFileSync(new URL('../vectors/ledger.json', import.meta.url), text)
